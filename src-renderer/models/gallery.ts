import { listModels, parametersOf } from '#shared/fields/index.ts'
import type { FieldModel } from '#shared/fields/index.ts'
import { modelSections } from '../forms/model-choices.ts'
import type { ModelSection } from '../forms/model-choices.ts'
import { doiOf } from './papers.ts'

/** A model of the library, or a variant of one. */
export interface GalleryCard {
  readonly key: string
  readonly model: string
  readonly variant: string | undefined
  /** As it is spoken of: UF23 base. */
  readonly name: string
  /** Authors and year. */
  readonly paper: string
  readonly parameters: number
  /** Everything that is known of it in a sentence. */
  readonly title: string
}

const words: Readonly<Record<string, string>> = { sun08: 'Sun08', han18: 'Han18', wmap: 'WMAP' }

/** A model's name as papers write it. */
function shortName(model: string): string {
  const letters = model.replace(/\d+$/, '')
  if (letters.length <= 3) return words[model] ?? model.toUpperCase()
  return words[model] ?? model.charAt(0).toUpperCase() + model.slice(1)
}

/** Authors and year of the paper that defines a model. */
const paperOf = ({ source }: Pick<FieldModel, 'source'>): string =>
  source.startsWith('by definition') ? 'By definition' : (/^.*?\d{4}/.exec(source)?.[0] ?? source)

/** All models of a section with all their variants, as cards; the words of a search must all be found. */
export function galleryCards(section: ModelSection, search = ''): GalleryCard[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean)
  return listModels()
    .filter(({ kind, name }) => kind === modelSections[section] && name !== 'none')
    .flatMap((model) => {
      const variants = model.variants.length > 0 ? model.variants : [undefined]
      return variants.map((variant) => cardOf(model, variant, variants.length > 1))
    })
    .filter(({ title, name }) => {
      const text = `${name} ${title}`.toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
}

function cardOf(
  model: FieldModel,
  variant: FieldModel['variants'][number] | undefined,
  several: boolean,
): GalleryCard {
  const own = several && variant ? ` ${variant.name}` : ''
  const doi = doiOf(model.kind, model.name)
  const facts = [model.title, several ? variant?.title : undefined, model.source, doi]
  return {
    key: `${model.name} ${variant?.name ?? ''}`,
    model: model.name,
    variant: variant?.name,
    name: `${shortName(model.name)}${own}`,
    paper: paperOf(model),
    parameters: parametersOf(model, variant?.name).length,
    title: facts.filter((fact) => fact !== undefined).join('. '),
  }
}
