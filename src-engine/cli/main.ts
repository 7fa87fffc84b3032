import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ModelError } from '#shared/fields/model-error.ts'
import { suggestion } from '#shared/session/nearest-name.ts'
import { InputError, UsageError, errorText } from '../errors.ts'
import { version } from '../version.ts'
import { HelpRequest } from './arguments.ts'
import { EXIT } from './io.ts'
import type { Command, CommandIo } from './io.ts'

interface Entry {
  readonly summary: string
  readonly load: () => Promise<{ command: Command }>
}

/** Every subcommand. Each module is loaded only when its command is called. */
const commands: Readonly<Record<string, Entry>> = {
  run: {
    summary: 'reconstruct a field from sky maps, as a run file says',
    load: () => import('./run.ts'),
  },
  simulate: {
    summary: 'compute sky maps from a field model (no optimisation)',
    load: () => import('./simulate.ts'),
  },
  field: {
    summary: 'evaluate a field model at points or on a grid',
    load: () => import('./field.ts'),
  },
  dm: {
    summary: 'dispersion measure to a distance, or the distance of one',
    load: () => import('./dm.ts'),
  },
  evaluate: {
    summary: 'loss, chi-square and derivatives of a run file (no optimisation)',
    load: () => import('./evaluate.ts'),
  },
  models: {
    summary: 'list the model library with parameters and sources',
    load: () => import('./models.ts'),
  },
  inspect: {
    summary: 'say what a FITS or session file holds',
    load: () => import('./inspect.ts'),
  },
  export: {
    summary: 'write maps, fields, curves and figures of a session to files',
    load: () => import('./export.ts'),
  },
  doctor: {
    summary: 'check this installation against reference numbers',
    load: () => import('./doctor.ts'),
  },
  bench: {
    summary: 'measure the kernels at the standard settings',
    load: () => import('./bench.ts'),
  },
  serve: {
    summary: 'the workbench in a browser, on loopback',
    load: () => import('./serve.ts'),
  },
  open: {
    summary: 'the desktop workbench',
    load: () => import('./open.ts'),
  },
  'first-light': {
    summary: 'reconstruct a field from the Haslam sample and look at it',
    load: () => import('./first-light.ts'),
  },
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(
    ([name, entry]) => `  ${name.padEnd(width)}  ${entry.summary}`,
  )
  return `larmor ${version}: the Galactic magnetic field from radio sky maps

Usage: larmor COMMAND [ARGUMENTS] [--json]

${lines.join('\n')}

larmor COMMAND --help says how a command is called. Results go to files and stdout, messages to stderr.
Exit codes: 0 done, 1 failed while running, 2 wrong usage, 3 bad input, 130 stopped (state saved).
`
}

/** Runs the command line `args` (without node and script) and resolves to the exit code. */
export async function main(args: string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    if (rest.length > 0 && name === 'help') return main([rest[0], '--help'], io)
    io.out(help())
    return name === undefined ? EXIT.usage : EXIT.done
  }
  if (name === '--version' || name === '-V') {
    io.out(`${version}\n`)
    return EXIT.done
  }
  try {
    if (!Object.hasOwn(commands, name)) {
      const kind = name.startsWith('-') ? 'option' : 'command'
      const hint = suggestion(name, Object.keys(commands))
      throw new UsageError(`Unknown ${kind} "${name}".${hint} \`larmor help\` lists them.`)
    }
    const { command } = await commands[name].load()
    return await command(rest, io)
  } catch (error) {
    return report(error, io)
  }
}

function report(error: unknown, io: CommandIo): number {
  if (error instanceof HelpRequest) {
    io.out(`${error.message.trimEnd()}\n`)
    return EXIT.done
  }
  io.err(`larmor: ${errorText(error)}\n`)
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof InputError || error instanceof ModelError) return EXIT.badInput
  if (io.env.LARMOR_DEBUG && error instanceof Error) io.err(`${error.stack ?? ''}\n`)
  return EXIT.failed
}

/** Takes `--json` out of the arguments, unless it stands after `--`. */
function takeJson(args: string[]): { json: boolean; rest: string[] } {
  const end = args.indexOf('--')
  const own = end === -1 ? args : args.slice(0, end)
  const rest = [...own.filter((arg) => arg !== '--json'), ...(end === -1 ? [] : args.slice(end))]
  return { json: rest.length < args.length, rest }
}

async function runProcess(): Promise<void> {
  const controller = new AbortController()
  let asked = 0
  const stop = (): void => {
    // Two signals within a second are one Ctrl-C that came from the terminal and through the launcher.
    if (controller.signal.aborted && Date.now() - asked > 1000) process.exit(EXIT.stopped)
    if (!controller.signal.aborted) asked = Date.now()
    controller.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // A reader that closes the pipe (`larmor models | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done)
    throw error
  })
  // Messages that nobody can read any more (a closed terminal) do not end the work.
  process.stderr.on('error', () => {})
  const { json, rest } = takeJson(process.argv.slice(2))
  process.exitCode = await main(rest, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTty: process.stderr.isTTY ?? false,
    columns: process.stderr.columns ?? 80,
    json,
    signal: controller.signal,
    env: process.env,
  })
}

const script = process.argv[1]
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url))
  await runProcess()
