import { fieldUnits, listModels, parametersOf } from '#shared/fields/index.ts'
import type {
  FieldKind,
  FieldModel,
  ModelVariant,
  ParameterSpec,
  ParameterValue,
} from '#shared/fields/index.ts'

/** The value of a parameter in a variant, or its default. */
export function valueOf(variant: ModelVariant | undefined, spec: ParameterSpec): ParameterValue {
  return variant?.parameters[spec.name] ?? spec.default
}

export function valueText(value: ParameterValue): string {
  if (typeof value !== 'number') return `[${value.join(', ')}]`
  return Number.isFinite(value) ? String(value) : 'no limit'
}

const kinds: readonly (readonly [kind: FieldKind, heading: string, use: string])[] = [
  ['magnetic', 'Magnetic fields', '`magnetic_field: { model: NAME }`, or what a grid starts from'],
  ['thermal-electrons', 'Thermal electrons', '`thermal_electrons: { model: NAME }`'],
  ['cosmic-ray-electrons', 'Cosmic-ray electrons', '`cosmic_ray_electrons: { model: NAME }`'],
  [
    'random-field-strength',
    'Strengths of random fields',
    '`random: { strength: { model: NAME } }` in `magnetic_field` or `magnetic_field.grid.initial`',
  ],
]

const beginning = `# Model library

Written by \`larmor models --markdown\`; \`larmor models NAME\` describes one model, \`larmor field NAME\` evaluates it. Every model is one expression with
units, from which its values, its exact derivatives and its discontinuities are made. Positions are Galactocentric, in kpc, with the observer at (-8.3, 0, 0.006).
Values after +- are published uncertainties (1 sigma), which a fit takes as Gaussian priors; bounds are limits of what is accepted.
Models that jump somewhere have \`smoothing_kpc\`: the width over which every jump becomes a transition, twice differentiable, for fits of parameters that move one; 0, the default, is the model as published.

Beside these, a field can be a \`formula\`, a \`sum\` or a \`mixture\` of models, a \`grid\` that is free in every voxel, or a table from a \`file\`.
`

const randomFields = `
## Random fields

\`random\` adds a Gaussian random field to a magnetic field:

\`\`\`yaml
magnetic_field:
  model: jf12
  random:
    strength: { model: jf12 }    # or rms_microgauss: 3; the root mean square of |b|
    striation: 1.36              # adds sqrt(striation) s B along the regular field B, s Gaussian with unit variance
    anisotropy: 1                # rho: the component along B is rho^2 times as strong as one across it
    spectral_slope: 3.6667       # P(k) ~ k^-slope; 11/3 is Kolmogorov, whose energy per k falls as k^(-5/3)
    outer_scale_kpc: 1           # the longest wavelength
    inner_scale_kpc: 0.625       # the shortest; default: two of the largest spacings of the grid
    seed: 1
    divergence_free: true
    shape: [128, 128, 32]        # cells of its grid, which fills the box; beside a grid that has its own, leave it out
\`\`\`

- It lives on a grid and is trilinear between the centres; beyond the box there is none. Where the magnetic field is a grid, the random field belongs to what it starts from:
  \`grid: { initial: { model: jf12, random: { ... } } }\`. \`larmor simulate\` with a random field makes skies to test a fit with.
- Amplitudes come from the seed and the number of periods of a wave in its box alone (Philox4x32-10), so that a realisation does not depend on threads or backends, and a finer
  grid of the same extent, with the same two scales, has the same waves (if its numbers of cells are multiples of 8 times the same numbers). The box is periodic, and longer than the grid by the outer scale or
  more, up to twice its length.
- **Divergence.** Every wave is perpendicular to its wave vector (k.b = 0 to rounding). Strength, anisotropy and striation are applied in space and bring a divergence back; it is
  taken out once more, and the field is scaled to the energy in the box that it had before. So the strength holds over distances longer than the waves, its edges (arms) are blurred over
  about one, and a field that is striated along a uniform one loses a third of its energy to components across it. \`larmor field\` says the share.
  With \`divergence_free: false\` the strength, the anisotropy and the directions of striation hold exactly. Differences between neighbouring cells are no spectral derivatives: their divergence is not zero.
- **Differences to others.** hammurabi X scales each realisation to its root mean square, here only the expected one is; its seeds depend on the number of threads; and where there is no regular field it
  leaves out the strength. CRPropa draws the sign of striated fields anew in every cell of 100 pc; here s is a random field with the spectrum of the rest and the same mean square.
`

const absent = `
## What is not in the library

- **NE2001** (Cordes & Lazio 2002). The model is its program, which differs from the paper: arms that are bent by hand and searched for numerically, some 170 clumps, 17 voids, four
  regions around the Sun. The program comes without a licence; the openly licensed port of it (FRBs/ne2001, BSD) ends its clumps elsewhere. Until all of it is here and agrees with published dispersion measures,
  nothing simpler is offered under its name. YMW16 is the default, and a table of NE2001 can be read with \`model: file\`.
- **NE2025**, for the same reasons.
- Local models of turbulence from magnetohydrodynamic modes (hammurabi X), and fields whose sign changes from cell to cell.
`

/** The library as a document. */
export function modelsMarkdown(): string {
  const sections = kinds.map(([kind, heading, use]) => {
    const models = listModels().filter((model) => model.kind === kind)
    const intro = `\n## ${heading}\n\nIn ${fieldUnits[kind]}. In a run file: ${use}.\n`
    return `${intro}${models.map(modelSection).join('')}`
  })
  return `${beginning}${sections.join('')}${randomFields}${absent}`
}

function modelSection(model: FieldModel): string {
  const notes = (model.notes ?? []).map((note) => `- ${note}\n`).join('')
  return `\n### \`${model.name}\`: ${model.title}\n\n${model.source}.\n${notes && `\n${notes}`}${variantList(model)}${parameterTable(model)}`
}

function variantList({ variants }: FieldModel): string {
  if (variants.length < 2) return ''
  const lines = variants.map(({ name, title }) => `- \`${name}\`: ${title}\n`)
  return `\nVariants, the first is the default:\n\n${lines.join('')}`
}

function parameterTable(model: FieldModel): string {
  if (model.parameters.length === 0) return ''
  const variants: readonly (ModelVariant | undefined)[] =
    model.variants.length === 0 ? [undefined] : model.variants
  const columns = variants.length === 1 ? ['value'] : model.variants.map(({ name }) => name)
  const rows = model.parameters.map((spec) => {
    const values = variants.map((variant) => cell(model, variant, spec))
    const [smallest, largest] = spec.bounds.map(valueText)
    const unit = spec.unit === 'dimensionless' ? '' : spec.unit
    return [`\`${spec.name}\``, unit, ...values, `${smallest} to ${largest}`, spec.description]
  })
  const header = ['parameter', 'unit', ...columns, 'bounds', 'meaning']
  const rule = header.map(() => '---')
  return `\n${[header, rule, ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')}`
}

function cell(model: FieldModel, variant: ModelVariant | undefined, spec: ParameterSpec): string {
  const has = variant === undefined || parametersOf(model, variant.name).includes(spec)
  if (!has) return ''
  const sigma = variant?.uncertainties?.[spec.name]
  return `${valueText(valueOf(variant, spec))}${sigma === undefined ? '' : ` +- ${sigma}`}`
}
