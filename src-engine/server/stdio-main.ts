import { connectPage, connectShell } from './connect.ts'
import { Engine } from './engine.ts'
import { StdioChannels } from './stdio-channels.ts'

/**
 * The engine process of the desktop: frames on stdin and stdout, log on stderr. It ends when the shell asks or is
 * gone (stdin ends); runs are paused and stored first.
 */
const log = (text: string) => void process.stderr.write(`${text}\n`)
// Anything that printed to stdout would break the frames.
console.log = (...values: unknown[]) => log(values.map(String).join(' '))
console.info = console.log

const engine = await Engine.create({ log })
const write = (frame: Uint8Array) => void process.stdout.write(frame)
let ending = false

async function end(): Promise<void> {
  if (ending) return
  ending = true
  await engine.shutdown().catch((error: unknown) => log(`Saving failed: ${String(error)}`))
  process.exit(0)
}

const channels = new StdioChannels({
  write,
  log,
  onChannel: (channel, transport) => {
    if (channel > 0) connectPage(engine, transport)
    else
      connectShell(engine, transport, {
        onDisconnect: (page) => channels.disconnect(page),
        // The reply has to leave before the process does.
        onShutdown: () => process.stdout.write('', () => process.exit(0)),
      })
  },
})

process.stdin.on('data', (chunk: Buffer) => {
  try {
    channels.receive(chunk)
  } catch (error) {
    log(`The pipe to the shell is broken: ${String(error)}`)
    void end()
  }
})
process.stdin.on('end', () => void end())
// The shell has gone without closing the pipe in order.
process.stdout.on('error', () => void end())
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void end())
