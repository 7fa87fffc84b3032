import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { errorText } from '../errors.ts'
import { driverRemarks } from '../kernels/backends/webgpu/probe.ts'
import { kernelBackendNames } from '../kernels/index.ts'
import type { SelfTest } from '../kernels/self-test.ts'
import { backendStatuses } from '../server/backend-status.ts'
import { rendererFolder, samplesFolder } from '../server/program-files.ts'
import { sessionsFolder, stateFolder } from '../server/state-folder.ts'
import { version } from '../version.ts'
import { parseCommandLine } from './arguments.ts'
import { findElectron } from './electron-binary.ts'
import { EXIT, printJson } from './io.ts'
import type { Command, CommandIo } from './io.ts'
import { selfTests } from './self-test.ts'

const usage = `larmor doctor [--json]

Versions, processor, memory, backends, folders, and a self-test against reference numbers with the figure for each; with
--json also what graphics drivers wrote while they were tried.
Exit code 1 when something that a run needs does not work.`

interface Folder {
  readonly purpose: string
  readonly path: string
  readonly usable: boolean
  readonly detail: string
}

/** Looks at the folder, or where it would be made; nothing is created. */
async function writableFolder(purpose: string, path: string): Promise<Folder> {
  let nearest = path
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  try {
    await access(nearest, constants.W_OK)
    const detail = nearest === path ? 'writable' : 'can be made'
    return { purpose, path, usable: true, detail }
  } catch (error) {
    return { purpose, path, usable: false, detail: errorText(error) }
  }
}

function installedFolder(purpose: string, path: string | undefined, advice: string): Folder {
  return path === undefined
    ? { purpose, path: '', usable: false, detail: advice }
    : { purpose, path, usable: true, detail: 'there' }
}

async function examine() {
  const electron = findElectron(process.env)
  const folders = [
    await writableFolder('state', stateFolder()),
    await writableFolder('sessions', sessionsFolder()),
    installedFolder('samples', samplesFolder(), 'missing: install the package again'),
    installedFolder('page', rendererFolder(), 'not built: npm run build'),
  ]
  const backends = await backendStatuses()
  // What every machine has must work; the others are tested where they can be used.
  const tests = await selfTests(
    kernelBackendNames.filter(
      (name) =>
        name === 'wasm' ||
        name === 'reference' ||
        backends.some((backend) => backend.name === name && backend.usable),
    ),
  )
  return {
    version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memory_bytes: totalmem(),
    free_memory_bytes: freemem(),
    electron: electron ?? null,
    backends,
    graphics_driver_remarks: driverRemarks(),
    folders,
    self_test: tests,
    // A run needs no page and no sample.
    ok:
      tests.every(({ passed }) => passed) &&
      backends.some(({ usable }) => usable) &&
      folders.slice(0, 2).every(({ usable }) => usable),
  }
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
const mark = (good: boolean, otherwise = 'FAIL') => (good ? 'ok  ' : otherwise)

function testLine({ name, value, reference, tolerance, passed, error }: SelfTest): string {
  const figure =
    error ??
    `${value.toPrecision(10)} (reference ${reference}, ${tolerance === 0 ? 'exactly' : `within ${tolerance.toExponential(1)}`})`
  return `  ${mark(passed)} ${name}: ${figure}`
}

function print(report: Awaited<ReturnType<typeof examine>>, io: CommandIo): void {
  const lines = [
    `larmor ${report.version}, Node ${report.node}, ${report.platform}`,
    `${report.cpu}, ${report.threads} threads, ${gigabytes(report.memory_bytes)} memory, ${gigabytes(report.free_memory_bytes)} free`,
    `desktop: ${report.electron ?? 'Electron is not installed; larmor open serves in the browser'}`,
    'backends',
    ...report.backends.map(
      ({ name, usable, chosen, detail }) =>
        `  ${mark(usable, 'none')} ${name}${chosen ? ' (chosen)' : ''}: ${detail}`,
    ),
    'folders',
    ...report.folders.map(
      ({ purpose, path, usable, detail }) =>
        `  ${mark(usable)} ${purpose}: ${path === '' ? detail : `${path} (${detail})`}`,
    ),
    'self-test',
    ...report.self_test.map(testLine),
    report.ok ? 'Everything that a run needs works.' : 'Something that a run needs does not work.',
  ]
  io.out(`${lines.join('\n')}\n`)
}

export const command: Command = async (args, io) => {
  parseCommandLine(args, { usage, options: {}, positionals: [] })
  const report = await examine()
  if (io.json) printJson(io, report)
  else print(report, io)
  return report.ok ? EXIT.done : EXIT.failed
}
