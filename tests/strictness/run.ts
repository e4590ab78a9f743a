import { parseArgs } from 'node:util'
import { RecordingUpstream } from './recording-upstream.ts'
import { runSuite } from './suite.ts'

/**
 * The strictness suite against any proxy that forwards everything from `--port` to `--upstream-port`, both on
 * 127.0.0.1; the upstream is the suite's own. `--exact` demands our statuses; without it any safe refusal will do.
 * `--json` writes one outcome per line.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'upstream-port': { type: 'string' },
    'quiet-ms': { type: 'string', default: '400' },
    exact: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const upstream = await new RecordingUpstream().start(Number(values['upstream-port']))
const outcomes = await runSuite({
  port: Number(values.port),
  upstream,
  exact: values.exact,
  quietMs: Number(values['quiet-ms']),
})
await upstream.stop()

for (const outcome of outcomes) {
  const { group, name, complaints, did } = outcome
  if (values.json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
  else if (complaints.length > 0)
    process.stdout.write(`${group}, ${name}: ${complaints.join('; ')} [${did}]\n`)
}
const failed = outcomes.filter(({ complaints }) => complaints.length > 0).length
if (!values.json) process.stdout.write(`${outcomes.length - failed} of ${outcomes.length} passed\n`)
process.exitCode = failed > 0 && !values.json ? 1 : 0
