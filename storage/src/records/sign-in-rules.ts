import { noSignInRules, type SignInRules } from '@tollgate/model/people/sign-in-rules'
import type { Scope } from '../changes/transaction.ts'
import { exact } from './columns.ts'

/** What organisations ask of their users when they sign in. */
export interface SignInRulesStore {
  /** The rules in force; those of an organisation that set none ask for nothing. */
  of(orgId: string): Promise<SignInRules>
  /** Only inside `write`. */
  save(orgId: string, rules: SignInRules): Promise<void>
  /** Only inside `write`: without rules nothing happens. */
  remove(orgId: string): Promise<void>
}

/** Rules of sign-in. */
export const signInRulesStore = (scope: Scope): SignInRulesStore => {
  const of = async (orgId: string) => (await kept(scope, orgId)) ?? noSignInRules
  return {
    of,
    async save(orgId, rules) {
      const revision = scope.nextRevision()
      const before = await of(orgId)
      await scope.db.deleteFrom('sign_in_rules').where('org_id', '=', orgId).execute()
      await scope.db
        .insertInto('sign_in_rules')
        .values({ org_id: orgId, document: JSON.stringify(rules) })
        .execute()
      await scope.record({ revision, kind: 'sign-in-rules', orgId, id: orgId }, before, rules)
    },
    async remove(orgId) {
      const before = await kept(scope, orgId)
      if (before === undefined) return
      const revision = scope.nextRevision()
      await scope.db.deleteFrom('sign_in_rules').where('org_id', '=', orgId).execute()
      await scope.record({ revision, kind: 'sign-in-rules', orgId, id: orgId }, before, undefined)
    },
  }
}

async function kept({ db }: Scope, orgId: string): Promise<SignInRules | undefined> {
  const row = await db
    .selectFrom('sign_in_rules')
    .select('document')
    .where('org_id', '=', exact(orgId))
    .executeTakeFirst()
  // The document was written from SignInRules.
  return row && { ...noSignInRules, ...(JSON.parse(row.document) as Partial<SignInRules>) }
}
