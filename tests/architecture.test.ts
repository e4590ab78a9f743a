import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { suite, test } from 'node:test'

/** The house rules that a reader would otherwise have to trust: who may import whom, and who reads the environment. */

const root = join(import.meta.dirname, '..')

/** ARCHITECTURE.md's table. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  http1: [],
  limits: ['model'],
  analytics: ['model', 'limits'],
  storage: ['model', 'limits'],
  gateway: ['model', 'http1', 'limits', 'analytics', 'storage'],
  management: ['model', 'limits', 'analytics', 'storage'],
  dashboard: ['model'],
  server: ['dashboard', 'model', 'http1', 'limits', 'analytics', 'storage', 'gateway', 'management'],
  tests: [],
  bench: ['model', 'http1', 'limits', 'analytics', 'storage', 'gateway', 'management', 'server'],
}

/** Single files that a package may import besides: the black-box tests send the cases that the model is asked, and no copy. */
const mayImportBesides: readonly string[] = ['tests: @tollgate/model/testing/refusal-cases']

/** Who may import whom inside the gateway, types included; files beside the rooms hold types that all of them share. */
const gatewayRooms: Readonly<Record<string, readonly string[]>> = {
  pipeline: [],
  admission: ['pipeline'],
  authenticate: ['pipeline'],
  upstream: ['pipeline'],
  steps: ['pipeline', 'admission'],
  edge: ['pipeline'],
  worker: ['pipeline', 'admission', 'authenticate', 'upstream', 'steps', 'edge'],
  supervisor: ['edge'],
}
/** What the files of the gateway that stand in no room may import: each other. */
const BESIDE_ROOMS = ''

/** Folders whose files stand beside each other and know nothing of each other, but for what they have in common. */
const siblings: Readonly<Record<string, readonly string[]>> = {
  'gateway/src/steps/': [],
  'gateway/src/authenticate/': ['authenticator.ts', 'strip-credential.ts'],
}

type Import = { readonly file: string; readonly specifier: string }

const files = Object.keys(mayImport).flatMap((folder) =>
  globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root, exclude: ['**/node_modules/**', '**/dist*/**'] }).map(
    (file) => file.split(sep).join('/'),
  ),
)
const imports = files.flatMap(importsOf)

suite('the house', () => {
  test('has a package for every folder of the workspace, and each has its line in the import table', () => {
    const { workspaces } = JSON.parse(read('package.json'))
    assert.deepEqual([...workspaces].sort(), Object.keys(mayImport).sort())
  })

  test('lets a package import only the packages that the table allows', () => {
    const wrong = imports.filter(({ file, specifier }) => {
      const wanted = /^@tollgate\/([^/]+)/.exec(specifier)?.[1]
      if (mayImportBesides.includes(`${packageOf(file)}: ${specifier}`)) return false
      return (
        wanted !== undefined && wanted !== packageOf(file) && !mayImport[packageOf(file)]?.includes(wanted)
      )
    })
    assert.deepEqual(wrong, [])
  })

  test('lets nobody reach into another package, or into its own, by another way than its name', () => {
    const wrong = imports.filter(({ file, specifier }) => {
      if (specifier.startsWith('.')) return packageOf(targetOf(file, specifier)) !== packageOf(file)
      return specifier.startsWith(`@tollgate/${packageOf(file)}/`)
    })
    assert.deepEqual(wrong, [])
  })

  test('names every package that is imported in the package.json of the importer', () => {
    const wrong = imports.filter(({ file, specifier }) => {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) return false
      const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
      return !dependenciesOf(packageOf(file), isTest(file)).includes(name)
    })
    assert.deepEqual(wrong, [])
  })

  test('keeps the model free of Node, so that it runs in a browser', () => {
    const wrong = imports.filter(
      ({ file, specifier }) => packageOf(file) === 'model' && !isTest(file) && specifier.startsWith('node:'),
    )
    assert.deepEqual(wrong, [])
  })

  test('keeps siblings from importing each other', () => {
    const wrong = imports.filter(({ file, specifier }) => {
      const folder = Object.keys(siblings).find((prefix) => file.startsWith(prefix))
      if (folder === undefined || isTest(file) || !specifier.startsWith('.')) return false
      const target = targetOf(file, specifier)
      return target.startsWith(folder) && !siblings[folder]?.includes(target.slice(folder.length))
    })
    assert.deepEqual(wrong, [])
  })

  test('lets a room of the gateway import only the rooms below it, types included', () => {
    const roomOf = (path: string) => /^gateway\/src\/([^/]+)\//.exec(path)?.[1] ?? BESIDE_ROOMS
    const wrong = imports.filter(({ file, specifier }) => {
      if (packageOf(file) !== 'gateway' || isTest(file) || !specifier.startsWith('.')) return false
      const [own, other] = [roomOf(file), roomOf(targetOf(file, specifier))]
      return own !== other && other !== BESIDE_ROOMS && !gatewayRooms[own]?.includes(other)
    })
    assert.deepEqual(wrong, [])
  })

  test('keeps the features of the dashboard apart, but for their queries, and its pieces free of features', () => {
    const wrong = imports.filter(({ file, specifier }) => {
      if (!file.startsWith('dashboard/src/') || !specifier.startsWith('.')) return false
      const target = targetOf(file, specifier)
      const [own, other] = [file, target].map(
        (path) => /^dashboard\/src\/features\/([^/]+)\//.exec(path)?.[1],
      )
      if (own !== undefined && target.startsWith('dashboard/src/shell/')) return true
      if (other === undefined || own === other) return false
      if (own !== undefined) return !target.endsWith('/queries.ts')
      return !['dashboard/src/features.ts'].includes(file)
    })
    assert.deepEqual(wrong, [])
  })

  test('has no circle of files that import each other, types included', () => {
    assert.deepEqual(circles(), [])
  })

  test('reads the environment in one file only', () => {
    const readers = files.filter((file) =>
      /\bprocess\s*\.\s*env\b|\benv\b[^'"]*from 'node:process'/.test(withoutComments(read(file))),
    )
    const ours = readers.filter((file) => !isTest(file) && !['tests', 'bench'].includes(packageOf(file)))
    assert.deepEqual(ours, ['server/src/config.ts'])
  })

  test('names every file it imports as it is', () => {
    const wrong = imports.filter(
      ({ file, specifier }) =>
        specifier.startsWith('.') && !existsSync(join(root, targetOf(file, specifier))),
    )
    assert.deepEqual(wrong, [])
  })
})

/** Static and dynamic imports, and exports from elsewhere. */
function importsOf(file: string): Import[] {
  const text = withoutComments(read(file))
  const pattern =
    /(?:^|[\n;])\s*(?:import|export)\b[^'"`;()]*?from\s*'([^']+)'|(?:^|[\n;])\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g
  return [...text.matchAll(pattern)].map(([, named, bare, dynamic]) => ({
    file,
    specifier: named ?? bare ?? dynamic ?? '',
  }))
}

/** Without comments; a comment sign within a string may cut a line short, which hides no import: these stand alone. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

function circles(): string[] {
  const next = new Map<string, string[]>()
  for (const { file, specifier } of imports) {
    if (specifier.startsWith('.')) next.set(file, [...(next.get(file) ?? []), targetOf(file, specifier)])
  }
  const found: string[] = []
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (path.includes(file) || done.has(file)) return
    for (const target of next.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) walk(file, [])
  return found
}

function dependenciesOf(folder: string, forTests: boolean): readonly string[] {
  const own = JSON.parse(read(`${folder}/package.json`))
  const whole = JSON.parse(read('package.json'))
  const development =
    forTests || folder === 'tests' || folder === 'bench' || folder === 'dashboard'
      ? { ...whole.devDependencies, ...own.devDependencies }
      : {}
  // Types alone come from a development dependency, and are gone when the program runs.
  const types = Object.keys(own.devDependencies ?? {}).filter((name) => name.startsWith('@types/'))
  return [...Object.keys({ ...own.dependencies, ...development }), ...types]
}

function isTest(file: string): boolean {
  return /\.(test|contract|fixture)\.ts$|\/testing\//.test(file)
}

function packageOf(file: string): string {
  return file.split('/', 1)[0] ?? ''
}

function targetOf(file: string, specifier: string): string {
  return relative('.', normalize(join(dirname(file), specifier)))
    .split(sep)
    .join('/')
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
