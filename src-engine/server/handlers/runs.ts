import { EngineError } from '#shared/contract/index.ts'
import { isPolarised, isStokes } from '#shared/physics/observables.ts'
import { filesOf, withMovedFiles } from '#shared/session/run-file-paths.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { estimateRun } from '../estimate-run.ts'
import { errorText, InputError } from '../../errors.ts'
import { unitOf } from '../../runs/data-units.ts'
import { preparePoints } from '../../runs/prepare-points.ts'
import { prepareProblem } from '../../runs/prepare-problem.ts'
import { modelsOf } from '../../simulation/medium.ts'
import { withEarlierResult } from '../../runs/start-from.ts'
import { readCosmicRayInputs } from '../../simulation/cosmic-ray-inputs.ts'
import { checkConfiguration, withGrants } from '../configuration-files.ts'
import type { Client, Engine } from '../engine.ts'
import { cleanSummary } from '../error-body.ts'
import type { Grants } from '../grants.ts'
import type { OpenSession } from '../open-sessions.ts'
import type { HandlersOf } from './types.ts'

type Methods =
  | 'run.check'
  | 'run.settings'
  | 'run.start'
  | 'run.describe'
  | 'run.reorder'
  | 'run.remove'
  | 'run.pause'
  | 'run.resume'
  | 'run.stop'
type Issue = { path: string; message: string }

const nothingToCompute = { unknowns: 0, rays: 0, memoryBytes: 0, time: null }

export function runHandlers(engine: Engine, client: Client): HandlersOf<Methods> {
  const { grants, sessions, runs } = engine
  const clean = <S extends { error?: string }>(summary: S) => cleanSummary(summary, grants)
  /** @throws EngineError when the session has no such run */
  const find = (session: string, run: number) => {
    const opened = sessions.get(session, client)
    requireRun(opened, run)
    return opened
  }
  return {
    async 'run.check'({ session, configuration }) {
      const opened = session === undefined ? undefined : sessions.get(session, client)
      const checked = checkConfiguration(configuration, grants)
      if (!checked.ok) return { issues: checked.issues, ...nothingToCompute }
      const { runFile } = checked
      const models = modelIssues(runFile)
      const issues = [
        ...models,
        ...(await dataIssues(runFile, engine)),
        ...startIssues(runFile, opened),
      ]
      if (models.length > 0) return { issues, ...nothingToCompute }
      const { refusal, ...estimate } = await estimateRun(runFile, opened?.session.runs.list())
      if (refusal) {
        const { field: path = 'backend', message } = refusal
        issues.push({ path, message: withoutKey(message, path) })
      }
      return { issues, ...estimate }
    },
    'run.settings'({ session, run }) {
      const opened = find(session, run)
      const { configuration } = opened.session.runs.get(run)
      return { configuration: withGrants(withMovedFiles(configuration, opened.moved), grants) }
    },
    async 'run.start'({ session, name }) {
      const opened = sessions.get(session, client)
      opened.session.moveFiles(opened.moved)
      await requireAllowed(grants, opened.session.configuration)
      const summary = runs.start(opened.session, { name })
      engine.changed(opened)
      return clean(summary)
    },
    'run.describe'({ session, run, ...said }) {
      const opened = find(session, run)
      opened.session.transaction(() => opened.session.runs.update(run, said))
      engine.changed(opened)
      return clean(runs.summary(opened.session, run))
    },
    'run.reorder'({ session, run, position }) {
      const opened = find(session, run)
      const order = runs.reorder(opened.session, run, position)
      engine.changed(opened)
      return order
    },
    async 'run.remove'({ session, run }) {
      const opened = find(session, run)
      await runs.remove(opened.session, run)
      engine.changed(opened)
      return { ok: true as const }
    },
    async 'run.resume'({ session, run }) {
      const opened = find(session, run)
      opened.session.moveFiles(opened.moved)
      // Once its data are prepared, a run needs its files no more.
      if (!opened.session.runs.hasData(run))
        await requireAllowed(grants, opened.session.runs.get(run).configuration)
      const summary = runs.resume(opened.session, run)
      engine.changed(opened)
      return clean(summary)
    },
    'run.pause': ({ session, run }) => clean(runs.pause(find(session, run).session, run)),
    'run.stop': ({ session, run }) => clean(runs.stop(find(session, run).session, run)),
  }
}

/** A session may name any file; `larmor serve` reads only what lies in the data folder. @throws EngineError for others */
export async function requireAllowed(grants: Grants, runFile: RunFile): Promise<void> {
  for (const { path, key } of filesOf(runFile))
    if (!(await grants.allows(path)))
      throw new EngineError({
        code: 'file-outside',
        message: `${key}: the file is not in the data folder.`,
        advice: 'Say where it is now, or copy it there.',
        field: key,
      })
}

/** @throws EngineError when the session has no such run */
export function requireRun({ session }: OpenSession<Client>, run: number): void {
  if (!session.runs.list().some(({ id }) => id === run))
    throw new EngineError({ code: 'unknown-run', message: `The session has no run ${run}.` })
}

/** What the models, the grid and the integrator have against the run file. */
function modelIssues(runFile: RunFile): Issue[] {
  const { grid } = runFile.magnetic_field
  // The smallest grid: everything is checked, and nothing has to be evaluated on half a million voxels. It holds no random field.
  const small: RunFile = {
    ...runFile,
    magnetic_field: {
      ...runFile.magnetic_field,
      ...(grid === undefined
        ? {}
        : { grid: { ...grid, shape: [2, 2, 2], initial: { ...grid.initial, random: undefined } } }),
    },
  }
  try {
    if (grid?.initial.random) modelsOf(runFile)
    prepareProblem(small, [])
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return [{ path: error.field ?? '', message: withoutKey(error.message, error.field) }]
  }
}

/** Whether there is something to start from; a run that has not begun yet may have a result by then. */
function startIssues(
  { start_from: from }: RunFile,
  opened: OpenSession<Client> | undefined,
): Issue[] {
  if (from === undefined) return []
  const { run, file } = from
  if (file === undefined) {
    const known = opened?.session.runs.list().map(({ id }) => id) ?? []
    const found = run === undefined ? known.length > 0 : known.includes(run)
    if (found) return []
    const message = 'The session has no such run. Choose one that is there.'
    return [{ path: 'start_from.run', message }]
  }
  try {
    return withEarlierResult(from, opened?.session, undefined, () => [])
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const path = error.field ?? 'start_from.file'
    return [{ path, message: withoutKey(error.message, path) }]
  }
}

const withoutKey = (message: string, key: string | undefined) =>
  key !== undefined && message.startsWith(`${key}: `) ? message.slice(key.length + 2) : message

/** Missing files, and keys that neither the file nor the run file states. */
async function dataIssues(runFile: RunFile, engine: Engine): Promise<Issue[]> {
  const issues: Issue[] = []
  if (runFile.data.length === 0)
    issues.push({ path: 'data', message: 'A run needs at least one map or catalogue. Open one.' })
  for (const [i, entry] of runFile.data.entries()) {
    const key = `data[${i}]`
    try {
      await engine.grants.grant(entry.file)
      if (entry.catalogue) {
        await preparePoints(entry, entry.catalogue, key)
        continue
      }
      const map = await engine.catalogue.describeOne(entry.file, entry.hdu)
      const { frequencyGhz } = map
      const unit = map.columns.find(
        ({ index, name }) => entry.column === index || entry.column === name,
      )?.unit
      const given: Record<string, unknown> = { ...entry }
      const open = map.questions
        .filter((question) => given[question] === undefined && isAsked(question, entry, unit))
        .map((question) => ({
          path: `${key}.${question}`,
          message: 'The file does not say it. Choose a value.',
        }))
      const stated = entry.frequency_ghz ?? frequencyGhz ?? entry.bandpass
      if (isStokes(entry.quantity) && stated === undefined)
        open.push({
          path: `${key}.frequency_ghz`,
          message: 'The file does not state the frequency. Give it in GHz.',
        })
      issues.push(...open)
      // Once everything is said: whether unit, quantity and frequency go together.
      if (open.length === 0) await unitOf(entry, { unit, frequencyGhz }, { file: entry.file, key })
    } catch (error) {
      const path = (error instanceof InputError && error.field) || `${key}.file`
      const text = error instanceof EngineError ? error.text : errorText(error)
      issues.push({ path, message: engine.grants.withoutPaths(text) })
    }
  }
  try {
    await readCosmicRayInputs(runFile)
  } catch (error) {
    const path = (error instanceof InputError && error.field) || 'cosmic_ray_electrons'
    issues.push({ path, message: engine.grants.withoutPaths(withoutKey(errorText(error), path)) })
  }
  return issues
}

/** A file with several columns may leave open what does not matter for the one that is used. */
function isAsked(
  question: string,
  entry: RunFile['data'][number],
  unit: string | undefined,
): boolean {
  if (question === 'polarisation') return isPolarised(entry.quantity)
  return question !== 'unit' || unit === undefined
}
