import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { provideChromium } from './browser/support/chromium.ts'
import { machineCpuSeconds, startedCpuSeconds } from './cpu-time.ts'
import { filesOn, wrongInLists } from './databases.ts'
import { NoPostgres, type PostgresServer, startPostgres } from './postgres-server.ts'

/**
 * `npm run check`: types, Biome, import rule, dead code.
 * `npm test`: these, every package's own tests, the black-box suite, on SQLite and what is about storing on PostgreSQL too
 * (tests/databases.ts), and the dashboard in a browser.
 * `npm test -- gateway/src/pipeline`: only the test files whose path contains one of the words.
 */

const root = join(import.meta.dirname, '..')
const [first, ...others] = process.argv.slice(2)
const checkOnly = first === 'check'
const words = first === undefined || checkOnly ? others : [first, ...others]
const inCi = process.env.CI === 'true'
/** What Node has compiled, so that the hundreds of processes of a run do not each strip and compile every file again. */
const compileCache = join(root, 'node_modules', '.cache', 'node-compile')
/** Whole processes over HTTP, and the tutorial of the documentation. */
const blackBoxFiles = [...filesOf('tests/*.test.ts'), ...filesOf('tests/src/**/*.test.ts')].filter(
  (file) => file !== 'tests/architecture.test.ts',
)

/** A command of the run: what it is called in the summary, and how it is run. */
type Step = {
  readonly name: string
  readonly command: readonly string[]
  readonly environment?: Record<string, string>
}

const checks: readonly Step[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'types of the dashboard', command: ['tsc', '--noEmit', '-p', 'dashboard'] },
  { name: 'Biome', command: ['biome', 'check', '--error-on-warnings'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'import rule', command: ['node', '--test', '--test-reporter=dot', 'tests/architecture.test.ts'] },
]

const failed: string[] = []
const missing: string[] = []
let current: ReturnType<typeof spawn> | undefined
let postgres: PostgresServer | undefined

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    current?.kill(signal)
    failed.push(`stopped by ${signal}`)
  })
}

for (const problem of wrongInLists(blackBoxFiles.map(nameOf))) {
  print(problem)
  failed.push('the lists of tests/databases.ts')
}

try {
  if (words.length === 0) await runAll(checks)
  if (!checkOnly) {
    const url = await postgresUrl()
    await runAll(testSteps(url))
  }
} finally {
  await postgres?.stop()
}
summarise()

/** The test files in the order of the house: units first, then whole processes. */
function testSteps(postgresUrl: string | undefined): readonly Step[] {
  const environment: Record<string, string> =
    postgresUrl === undefined ? {} : { TOLLGATE_TEST_POSTGRES_URL: postgresUrl }
  const units = [...testFiles('*/src/**/*.test.ts'), ...testFiles('dashboard/build/*.test.ts')].filter(
    (file) => !file.startsWith('tests/'),
  )
  const blackBox = blackBoxFiles.filter(isWanted)
  const inBrowser = testFiles('tests/browser/*.test.ts')
  const on = (kind: 'sqlite' | 'postgres') => ({
    command: nodeTest(
      blackBox.filter((file) => filesOn[kind].has(nameOf(file))),
      4,
    ),
    environment: { ...environment, TOLLGATE_TEST_DATABASE: kind },
  })
  const steps = [
    { name: 'unit tests', command: nodeTest(units, 3), environment },
    { name: 'black box on SQLite', ...on('sqlite') },
    ...(hasBrowser(inBrowser)
      ? [{ name: 'in a browser', command: nodeTest(inBrowser, 3), environment }]
      : []),
    ...(postgresUrl === undefined ? [] : [{ name: 'black box on PostgreSQL', ...on('postgres') }]),
  ]
  return steps.filter((step) => step.command.some((word) => word.endsWith('.ts')))
}

function testFiles(pattern: string): readonly string[] {
  return filesOf(pattern).filter(isWanted)
}

function filesOf(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: root, exclude: ['node_modules/**'] }).sort()
}

function isWanted(file: string): boolean {
  return words.length === 0 || words.some((word) => file.includes(word))
}

function nameOf(file: string): string {
  return basename(file, '.test.ts')
}

/** Whether there is a browser for these files, or can be; what is missing is named at the end. */
function hasBrowser(files: readonly string[]): boolean {
  if (files.length === 0) return false
  const problem = provideChromium(print)
  if (problem !== undefined) missing.push(problem)
  return problem === undefined
}

/**
 * @param atATime how many files run side by side: more than there are cores where they wait for sockets and pages. The
 *   time limit is for a file that hangs.
 */
function nodeTest(files: readonly string[], atATime: number): readonly string[] {
  const options = ['--test-reporter=spec', `--test-concurrency=${atATime}`, '--test-timeout=300000']
  return ['node', '--test', ...options, ...files]
}

async function postgresUrl(): Promise<string | undefined> {
  const given = process.env.TOLLGATE_TEST_POSTGRES_URL
  if (given) return given
  try {
    postgres = await startPostgres(print)
    return postgres.url
  } catch (error) {
    if (!(error instanceof NoPostgres)) throw error
    missing.push(error.message)
    return undefined
  }
}

async function runAll(steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (failed.some((name) => name.startsWith('stopped'))) return
    print(`\n── ${step.name}`)
    const tell = stopwatch()
    const code = await run(step)
    if (code !== 0) failed.push(step.name)
    print(`${code === 0 ? 'ok' : 'FAILED'}: ${step.name}, ${tell()}`)
  }
}

/** Starts to measure; what is returned tells the time and the CPU time since then. */
function stopwatch(): () => string {
  const read = () => [performance.now() / 1000, startedCpuSeconds() ?? Number.NaN, machineCpuSeconds()]
  const begun = read()
  return () => {
    const [time, own, machine] = read().map((now, index) => (now - (begun[index] ?? 0)).toFixed(1))
    return `${time} s; CPU: ${own} s of its processes, ${machine} s of the machine`
  }
}

/** Runs a command of the workspace; its output is ours. */
function run({ command: [program = '', ...args], environment }: Step): Promise<number> {
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, PATH: path, ...environment },
  })
  current = child
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function summarise(): void {
  for (const reason of missing) print(`\nNOT RUN: ${reason}`)
  if (failed.length > 0) print(`\nFAILED: ${failed.join(', ')}`)
  else print(missing.length > 0 ? '\nPassed, except for what was not run.' : '\nAll passed.')
  if (failed.length > 0 || (inCi && missing.length > 0)) process.exitCode = 1
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
