import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, UsageError, errorCode, fileErrorText } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { encodeNpy } from '../storage/npy.ts'
import type { Session } from '../storage/session.ts'
import { curvesCsv } from './curves-csv.ts'
import { fieldHdf5 } from './field-hdf5.ts'
import { fieldVtk } from './field-vtk.ts'
import { fieldFigure, mapFigures } from './run-figures.ts'
import { mapsFits } from './maps-fits.ts'
import { polarisationFits, polarisedPairs } from './polarisation-fits.ts'
import { parametersCsv } from './parameters-csv.ts'
import { pointsCsv } from './points-csv.ts'
import { loadRunResult } from './run-result.ts'
import type { RunResult } from './run-result.ts'

export const exportContents = ['maps', 'points', 'fields', 'curves', 'figures'] as const
export type ExportContent = (typeof exportContents)[number]
export const exportFormats = ['fits', 'hdf5', 'npy', 'vtk', 'csv', 'png'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportRequest {
  readonly what: readonly ExportContent[]
  readonly formats: readonly ExportFormat[]
  /** Existing or to be made. Existing files in it are never overwritten. */
  readonly folder: string
}

/** A file to be written; its bytes are made when their turn comes. */
interface PlannedFile {
  readonly name: string
  readonly bytes: () => Uint8Array | Promise<Uint8Array>
}

/** What each content can be written as. */
const possible: Readonly<Record<ExportContent, readonly ExportFormat[]>> = {
  maps: ['fits'],
  points: ['csv'],
  fields: ['npy', 'hdf5', 'vtk'],
  curves: ['csv'],
  figures: ['png'],
}

/** What can be written in at least one of the formats. */
export function contentsAs(formats: readonly ExportFormat[]): ExportContent[] {
  return exportContents.filter((content) => possible[content].some((one) => formats.includes(one)))
}

/**
 * Writes the results of a run, at its latest checkpoint, to files. Returns their names. Either all of them are
 * written or, on an error, none is left.
 * @throws InputError when a file exists already or the folder cannot be written
 * @throws UsageError when nothing that is wanted can be written in a wanted format
 */
export async function exportRun(
  session: Session,
  run: number,
  request: ExportRequest,
): Promise<string[]> {
  const writable = contentsAs(request.formats)
  for (const content of request.what) {
    if (!writable.includes(content)) {
      throw new UsageError(`${content} can be written as ${possible[content].join(' or ')} only.`)
    }
  }
  const files = plan(session, loadRunResult(session, run), request)
  await makeFolder(request.folder)
  const written: string[] = []
  try {
    for (const { name, bytes } of files) {
      await writeNew(join(request.folder, name), bytes, () => written.push(name))
    }
  } catch (error) {
    for (const name of written) await rm(join(request.folder, name), { force: true })
    throw error
  }
  return written
}

function plan(session: Session, result: RunResult, request: ExportRequest): PlannedFile[] {
  const base = fileName(`${session.name} ${result.run.name}`)
  const wants = (content: ExportContent, format: ExportFormat): boolean =>
    request.what.includes(content) && request.formats.includes(format)
  const files: PlannedFile[] = []
  const mapNames = distinctFileNames(result.data.map(({ name }) => name))
  result.data.forEach((vector, i) => {
    const model = result.models[i]
    if (vector.kind === 'map' && wants('maps', 'fits')) {
      const name = `${base}-${mapNames[i]}.fits`
      files.push({ name, bytes: () => mapsFits(result, vector, model) })
    }
    if (vector.kind === 'points' && wants('points', 'csv')) {
      files.push({ name: `${base}-${mapNames[i]}.csv`, bytes: () => pointsCsv(vector, model) })
    }
  })
  if (wants('maps', 'fits')) {
    for (const pair of polarisedPairs(result.data)) {
      const name = `${base}-${mapNames[pair.places[0]]}-polarised.fits`
      files.push({ name, bytes: () => polarisationFits(result, pair) })
    }
  }
  if (wants('fields', 'npy')) {
    const bytes = (): Uint8Array => encodeNpy([...result.grid.shape, 3], result.field)
    files.push({ name: `${base}-magnetic-field.npy`, bytes })
    for (const { name, shape, values } of result.scalars) {
      const file = `${base}-${name.replaceAll('_', '-')}.npy`
      files.push({ name: file, bytes: () => encodeNpy(shape, values) })
    }
  }
  if (wants('fields', 'hdf5')) {
    files.push({ name: `${base}-magnetic-field.h5`, bytes: () => fieldHdf5(result) })
  }
  if (wants('fields', 'vtk')) {
    files.push({ name: `${base}-magnetic-field.vti`, bytes: () => fieldVtk(result) })
  }
  if (wants('curves', 'csv')) {
    files.push({ name: `${base}-curves.csv`, bytes: () => curvesCsv(result.curves) })
    const parameters = result.run.figures?.parameters
    if (parameters) {
      files.push({ name: `${base}-parameters.csv`, bytes: () => parametersCsv(parameters) })
    }
  }
  if (wants('figures', 'png')) {
    result.data.forEach((vector, i) => {
      if (vector.kind !== 'map') return
      for (const { kind, bytes } of mapFigures(result, vector, result.models[i])) {
        files.push({ name: `${base}-${mapNames[i]}-${kind}.png`, bytes })
      }
    })
    files.push({ name: `${base}-magnetic-field.png`, bytes: () => fieldFigure(result) })
  }
  return files
}

/** Letters, digits and hyphens of a name. */
function fileName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-.]+|-+$/g, '')
}

/** File names of maps; where two differ only in capitals or spaces, or one is that of another content, it gets a number. */
function distinctFileNames(names: readonly string[]): string[] {
  const taken = new Set(names.map(fileName))
  const given = new Set(['curves', 'parameters', 'magnetic-field'])
  return names.map((name) => {
    const plain = fileName(name)
    let distinct = plain
    for (let n = 2; given.has(distinct); n++) {
      const numbered = `${plain}-no${n}`
      if (!taken.has(numbered)) distinct = numbered
    }
    given.add(distinct)
    taken.add(distinct)
    return distinct
  })
}

async function writeNew(
  path: string,
  bytes: PlannedFile['bytes'],
  onCreated: () => void,
): Promise<void> {
  try {
    const handle = await open(path, 'wx')
    onCreated()
    try {
      await handle.writeFile(await bytes())
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      throw new InputError(
        `${path} exists already and is not overwritten. Choose another folder, or move it away.`,
        { file: path },
      )
    }
    if (errorCode(error) === undefined) throw error
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
}
