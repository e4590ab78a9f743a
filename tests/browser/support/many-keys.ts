import { globSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Server } from '../../support/server.ts'

/**
 * Copies a key many times, straight in the database's file: by the REST API so many would take a minute. Each copy has
 * an id of its own and an alias in which the key's last six digits are replaced by its number.
 * @param alias of the key that is copied; it ends with six zeros
 */
export function copyKey(server: Server, keyId: string, alias: string, copies: number): void {
  const [file] = globSync('*.{db,sqlite}', { cwd: server.dataDir })
  if (file === undefined) throw new Error(`no database in ${server.dataDir}`)
  const database = new DatabaseSync(join(server.dataDir, file), { timeout: busyMs })
  const stem = alias.slice(0, -digits)
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${copies})`
  const id = `printf('c09e%0${idLength - 4}x', i)`
  const anew = (column: string) =>
    `replace(replace(${column}, '${keyId}', ${id}), '${alias}', '${stem}' || printf('%0${digits}d', i))`
  try {
    database.exec(`
      begin immediate;
      ${numbers} insert into keys (id, seq, org_id, username, search, document, created_at, updated_at)
        select ${id}, seq + ${farSeq} + i, org_id, username, ${anew('search')}, ${anew('document')}, created_at, updated_at
        from keys, n where id = '${keyId}';
      ${numbers} insert into key_secrets (hash, key_id, created_at)
        select lower(hex(randomblob(32))), ${id}, created_at from keys, n where id = '${keyId}';
      ${numbers} insert into key_apis (api_id, org_id, seq, key_id)
        select api_id, org_id, seq + ${farSeq} + i, ${id} from key_apis, n where key_id = '${keyId}';
      ${numbers} insert into key_facts (key_id, org_id, seq, search, alias_sort, expires, inactive, used_at)
        select ${id}, org_id, seq + ${farSeq} + i, ${anew('search')}, ${anew('alias_sort')}, expires, inactive, used_at
        from key_facts, n where key_id = '${keyId}';
      commit;
    `)
  } finally {
    database.close()
  }
}

/** Digits at the end of the alias. */
const digits = 6
const idLength = 32
/** The copies' place in the order of creation: behind all that a test makes. */
const farSeq = 1_000_000_000
/** How long the server's own writes are waited for, milliseconds. */
const busyMs = 5_000
