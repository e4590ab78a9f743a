/**
 * Opens connections, asks once on each, says `ready`, and holds them until its input ends.
 * Usage: node idle-connections-holder.ts <port> <count> <request>
 */
import net from 'node:net'

const [port, count, request = ''] = process.argv.slice(2)
/** Connections that are being opened at a time. */
const atATime = 100

function open(): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(request))
    // The replies here are small enough to come in one piece.
    socket.once('data', () => resolve())
    socket.on('error', (error) => {
      process.stderr.write(`idle connection: ${error.message}\n`)
      process.exit(1)
    })
    socket.on('close', () => {
      process.stderr.write('idle connection: closed by the other side\n')
      process.exit(1)
    })
  })
}

for (let made = 0; made < Number(count); made += atATime) {
  await Promise.all(Array.from({ length: Math.min(atATime, Number(count) - made) }, open))
}
process.stdout.write('ready\n')
process.stdin.resume().once('end', () => process.exit(0))
