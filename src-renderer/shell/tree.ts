import type { IconName } from '../components/icons.ts'
import type { SessionState, RunSummary } from '#shared/contract/methods.ts'
import { freeNames } from '#shared/session/free-names.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { formatCount, formatNumber } from '#shared/sky/index.ts'
import { modelTitle } from '../forms/model-choices.ts'
import type { ModelSection } from '../forms/model-choices.ts'
import type { Selection } from '../stores/view.ts'

export interface TreeItem {
  readonly key: string
  readonly icon: IconName
  readonly label: string
  /** One quiet fact at the right. */
  readonly meta: string
  readonly missing: boolean
  readonly select: Selection
}
export interface TreeGroup {
  readonly name: string
  readonly items: readonly TreeItem[]
  /** What to say when there is nothing in it. */
  readonly hint: string
}

const item = (
  key: string,
  icon: IconName,
  label: string,
  meta: string,
  select: Selection,
  missing = false,
): TreeItem => ({
  key,
  icon,
  label,
  meta,
  missing,
  select,
})

/** What a run has come to, in one word or number. */
export function runFact(run: RunSummary): string {
  switch (run.state) {
    case 'running':
    case 'pausing':
    case 'preparing':
      return `${Math.floor((100 * run.iteration) / Math.max(1, run.iterations))}\u00a0%`
    case 'done':
      return run.chi2_n_held_out === null
        ? 'done'
        : `χ²/N ${formatNumber(run.chi2_n_held_out, { digits: 2 })}`
    default:
      return run.state
  }
}

function modelItem(configuration: RunFile, section: ModelSection, symbol: string): TreeItem {
  const { model, parameters } = configuration[section]
  const title = modelTitle(section, model)
  const isGrid = model === 'grid'
  const shape = configuration.magnetic_field.grid?.shape.join('×') ?? ''
  const changed = Object.keys(parameters).length > 0 ? 'changed' : 'fixed'
  const numbers = freeNames(configuration[section].free).length > 0 ? 'free' : changed
  return item(
    `model/${section}`,
    'model',
    `${symbol}\u2002${isGrid ? 'free voxels' : title}`,
    isGrid ? shape : numbers,
    { kind: 'model', section },
  )
}

/** What is known of a file: of a map its NSIDE, of a table its rows. */
export interface FileContent {
  readonly name?: string
  readonly nside?: number
  readonly sources?: number
}

type ContentOf = (source: { readonly file: string; readonly hdu?: number }) => FileContent

/** What the fit does not see: masks of the data, and the blocks of the sky that are held out. */
function maskItems({ data, held_out }: RunFile, contentOf: ContentOf): TreeItem[] {
  const masks = data.flatMap(({ name, mask }, index) => {
    if (!mask) return []
    const label =
      'file' in mask
        ? (contentOf(mask).name ?? 'Mask')
        : `|b| below ${mask.galactic_latitude_above_deg}°`
    return [item(`mask/${index}`, 'mask', label, name, { kind: 'data', index, part: 'mask' })]
  })
  const share = 'of' in held_out ? 1 / held_out.of : held_out.fraction
  const blocks = item(
    'mask/held-out',
    'mask',
    'Held-out blocks',
    `${formatNumber(100 * share, { digits: 2 })}\u202f%`,
    { kind: 'settings', part: 'held_out' },
  )
  return share > 0 && data.length > 0 ? [...masks, blocks] : masks
}

/** What runs have found: the field of each, and of the last one how much of the data sees each voxel. */
function resultItems(runs: readonly RunSummary[]): TreeItem[] {
  const found = runs.filter(({ iteration }) => iteration > 0).reverse()
  const row = ({ run, name, iteration }: RunSummary, part: 'B' | 'coverage', symbol: string) =>
    item(`result/${part}/${run}`, 'result', `${symbol}, ${name}`, `${formatCount(iteration)} it`, {
      kind: 'run',
      run,
      part,
    })
  return [
    ...found.map((run) => row(run, 'B', '|B|')),
    ...found.slice(0, 1).map((run) => row(run, 'coverage', 'Coverage')),
  ]
}

/** The project as groups of rows. */
export function projectTree(
  configuration: RunFile,
  session: SessionState | null,
  runs: readonly RunSummary[],
  contentOf: ContentOf,
): TreeGroup[] {
  const data = configuration.data.map((entry, index) => {
    const input = session?.inputs.find((one) => one.grant === entry.file)
    const { nside, sources } = contentOf(entry)
    const known = entry.catalogue
      ? sources !== undefined && `${formatCount(sources)} sources`
      : nside !== undefined && `NSIDE ${nside}`
    const fact = input?.missing ? 'missing' : input?.changed ? 'changed' : known || entry.quantity
    return item(
      `data/${index}`,
      input?.missing || input?.changed ? 'warning' : entry.catalogue ? 'dot' : 'map',
      entry.name,
      fact,
      { kind: 'data', index },
      input?.missing,
    )
  })
  const models = [
    modelItem(configuration, 'magnetic_field', 'B'),
    modelItem(configuration, 'thermal_electrons', 'nₑ'),
    modelItem(configuration, 'cosmic_ray_electrons', 'C'),
  ]
  const runItems = [...runs].reverse().map((run) =>
    item(`run/${run.run}`, run.state === 'failed' ? 'error' : 'run', run.name, runFact(run), {
      kind: 'run',
      run: run.run,
    }),
  )
  return [
    { name: 'Data', items: data, hint: 'No data. Add a FITS map or a table of sources.' },
    { name: 'Masks', items: maskItems(configuration, contentOf), hint: 'All pixels are fitted.' },
    { name: 'Model', items: models, hint: '' },
    {
      name: 'Runs',
      items: runItems,
      hint: data.length > 0 ? 'No runs yet.' : 'A run needs at least one map or catalogue.',
    },
    { name: 'Results', items: resultItems(runs), hint: 'What runs find comes here.' },
  ]
}

export function isSelected(item: TreeItem, selection: Selection): boolean {
  return JSON.stringify(item.select) === JSON.stringify(selection)
}
