import { existsSync } from 'node:fs'
import { errorText } from '../errors.ts'
import { Session } from '../storage/session.ts'
import type { InputRecord, RunRecord } from '../storage/records.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { Inspection } from './inspection.ts'
import { duration, number } from './progress.ts'
import { parameterLines } from './run-report.ts'

export function inspectSession(path: string): Inspection {
  const session = Session.open(path, { readOnly: true })
  try {
    const runs = session.runs.list().map((run) => describeRun(session, run))
    const inputs = session.inputs.map((input) => describeInput(session, input))
    const { title } = session
    // Last: reading the rest may have found more of them.
    const problems = [...session.problems]
    return {
      document: {
        file: path,
        format: 'Larmor session',
        title,
        inputs: inputs.map(inputDocument),
        runs: runs.map(runDocument),
        problems,
      },
      lines: [
        `${path}: Larmor session "${title}"`,
        ...inputs.map(
          ({ name, path: file, sha256, missing }) =>
            `  Input ${name}: ${file}${missing ? ' (not there any more)' : ''}, SHA-256 ${sha256.slice(0, 16)}...`,
        ),
        ...(runs.length === 0 ? ['  No run yet.'] : []),
        ...runs.flatMap(runLines),
        ...problems.map((text) => `  Problem: ${text}`),
      ],
    }
  } finally {
    session.close()
  }
}

function describeInput(session: Session, input: InputRecord) {
  return { ...input, missing: !session.placesOf(input.path).some((path) => existsSync(path)) }
}

function inputDocument(input: ReturnType<typeof describeInput>) {
  const { name, path, relativePath, bytes, modifiedMs, sha256, headerDigest, missing } = input
  return {
    name,
    path,
    relative_path: relativePath,
    bytes,
    modified_ms: modifiedMs,
    sha256,
    header_digest: headerDigest,
    missing,
  }
}

function runDocument(run: RunDescription) {
  const { bitIdentical, createdMs, heldOutBlocks, curveRows, build, ...rest } = run
  return {
    ...rest,
    kernel_build: build,
    bit_identical: bitIdentical,
    created_ms: createdMs,
    held_out_blocks: heldOutBlocks,
    curve_rows: curveRows,
  }
}

interface RunDescription extends RunRecord {
  readonly curveRows: number
  readonly data: readonly {
    name: string
    quantity: string
    kind: DataVector['kind']
    /** Of a map. */
    nside?: number
    pixels?: number
    /** Of a catalogue. */
    points?: number
    notes: readonly string[]
  }[]
  readonly checkpoints: readonly {
    iteration: number
    kind: string
    arrays: readonly { name: string; unit: string; dtype: string; shape: number[] }[]
  }[]
  readonly problems: readonly string[]
}

function describeRun(session: Session, run: RunRecord): RunDescription {
  const problems: string[] = []
  const attempt = <Result>(what: string, fallback: Result, read: () => Result): Result => {
    try {
      return read()
    } catch (error) {
      problems.push(`${what}: ${errorText(error)}`)
      return fallback
    }
  }
  const { id } = run
  return {
    ...run,
    curveRows: attempt('Curves', 0, () => session.runs.curves(id).rows),
    data: attempt('Data', [], () =>
      session.runs.data(id).map((vector) => ({
        name: vector.name,
        kind: vector.kind,
        quantity: vector.quantity,
        ...(vector.kind === 'map'
          ? { nside: vector.nside, pixels: vector.values.length }
          : { points: vector.values.length }),
        notes: vector.notes,
      })),
    ),
    checkpoints: attempt('Checkpoints', [], () =>
      session.runs.checkpoints(id).map((checkpoint) => ({
        iteration: checkpoint.iteration,
        kind: checkpoint.kind,
        arrays: session.runs.arrayNames(checkpoint),
      })),
    ),
    problems,
  }
}

function runLines(run: RunDescription): string[] {
  const { figures } = run
  return [
    `  Run ${run.id} "${run.name}": ${run.state}, ${run.iteration} of ${run.iterations} iterations in ${duration(run.seconds)}, ${run.backend ?? 'no'} backend, ${run.curveRows} rows of curves${run.bitIdentical ? '' : ', not bit-identical'}`,
    ...run.data.flatMap(({ name, quantity, nside, pixels, points, notes }) => [
      `    Data ${name}: ${quantity}, ${points === undefined ? `NSIDE ${nside}, ${pixels} pixels` : `${points} points`}`,
      ...notes.map((note) => `      ${note}`),
    ]),
    ...(figures
      ? [
          `    At iteration ${figures.iteration}: loss ${number(figures.loss)}${optional('fitted chi2/n', figures.chi2_n_fitted)}${optional('held-out chi2/n', figures.chi2_n_held_out)}`,
        ]
      : []),
    ...parameterLines(figures).map((line) => `    ${line}`),
    ...run.checkpoints.map(
      ({ iteration, kind, arrays }) =>
        `    Checkpoint at iteration ${iteration} (${kind}): ${arrays.map(({ name, shape }) => `${name} ${shape.join('x')}`).join(', ')}`,
    ),
    ...(run.error === null ? [] : [`    Failed: ${run.error}`]),
    ...run.problems.map((text) => `    Problem: ${text}`),
  ]
}

function optional(label: string, value: number | null): string {
  return value === null ? '' : `, ${label} ${number(value)}`
}
