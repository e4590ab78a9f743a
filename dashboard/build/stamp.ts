import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The dashboard's folder. */
export const dashboardFolder = join(import.meta.dirname, '..')
/** Where the built form lies. */
export const distFolder = join(dashboardFolder, 'dist')
/** File within the built form that says what it was built from. */
export const stampName = 'stamp'

/**
 * A hash over everything that the built form is made of: sources, the model they import, the versions of packages.
 * undefined where there are no sources, as in an image that holds the built form alone.
 */
export function sourceStamp(): string | undefined {
  if (!existsSync(join(dashboardFolder, 'src', 'main.tsx'))) return undefined
  const root = join(dashboardFolder, '..')
  const patterns = [
    'dashboard/{src,public,build}/**/*.*',
    'dashboard/{index.html,package.json}',
    'model/src/**/*.ts',
    'package-lock.json',
  ]
  const files = globSync(patterns, { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file))
  const hash = createHash('sha256')
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** The stamp of the built form; undefined when there is none. */
export function builtStamp(folder = distFolder): string | undefined {
  const file = join(folder, stampName)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
