import { z } from 'zod'
import { definitionKeys, modelChoiceSchema, parametersSchema } from './model-schema.ts'

/**
 * The run file: one schema for the YAML on disk, the configuration stored in a session and the forms of the
 * workbench. Every key but `data` (or `sky`, for a simulation) has a default; parsing fills in all of them, and
 * the result is what a session stores. Units are part of the key names.
 */

const positive = z.number().finite().positive()
const triple = z.tuple([z.number().finite(), z.number().finite(), z.number().finite()])
const nside = z
  .int()
  .min(1)
  .max(8192)
  .refine((n) => (n & (n - 1)) === 0, 'NSIDE must be a power of two')

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length
}

export const boxSchema = z.strictObject({
  half_size_kpc: z.tuple([positive, positive, positive]).default([20, 20, 5]),
  observer_kpc: triple.default([-8.3, 0, 0.006]),
})

export const skySchema = z.strictObject({
  nside: nside.default(64),
  ordering: z.enum(['RING', 'NESTED']).default('RING'),
  pixels: z.array(z.int().nonnegative()).min(1).optional(),
  directions: z
    .array(z.union([z.tuple([z.number(), z.number()]), triple]))
    .min(1)
    .optional(),
  distance_kpc: positive.optional(),
  frequencies_ghz: z
    .array(positive)
    .min(1)
    .refine(isDistinct, 'each frequency may be given only once')
    .default([0.408]),
  stokes: z
    .array(z.enum(['I', 'Q', 'U']))
    .refine(isDistinct, 'each of I, Q, U may be given only once')
    .default(['I', 'Q', 'U']),
})

export const integratorSchema = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('cells'), nodes: z.int().min(1).max(8).default(3) }),
  z
    .strictObject({
      rule: z.literal('midpoint'),
      samples: z.int().min(1).max(1_000_000).optional(),
      // 0.01 pc is 2.5 million samples through the default box: below, a simulation would not end.
      step_pc: z.number().finite().min(0.01).optional(),
    })
    .refine((m) => m.samples === undefined || m.step_pc === undefined, {
      message: 'give either samples or step_pc, not both',
    }),
])

export const faradaySchema = z.strictObject({
  phase: z.enum(['off', 'exact', 'half-cell', 'first-order']).default('exact'),
})

export const quantitySchema = z.enum(['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure'])

/** Numbers are in the unit of the data; a map is in its own unit where it declares one or `unit` names it. */
export const sigmaSchema = z.union([
  positive,
  z.strictObject({ relative: z.number().finite().nonnegative(), floor: positive }),
  z.strictObject({
    file: z.string().min(1),
    hdu: z.int().nonnegative().optional(),
    column: z.union([z.int().nonnegative(), z.string()]).default(0),
    unit: z.string().min(1).optional(),
  }),
])

export const maskSchema = z.union([
  z.strictObject({
    file: z.string().min(1),
    hdu: z.int().nonnegative().optional(),
    column: z.union([z.int().nonnegative(), z.string()]).default(0),
  }),
  z.strictObject({ galactic_latitude_above_deg: z.number().min(0).max(89) }),
])

export const nuisanceSchema = z.strictObject({
  offset: z.union([z.literal('free'), z.literal('none'), z.number().finite()]).default('free'),
  gain: z.union([z.literal('free'), positive]).default(1),
})

const weights = z.array(z.number().finite().nonnegative())
const mostBandFrequencies = 100

/** Relative response of a receiver to Rayleigh-Jeans brightness temperature; a file is CSV with the columns frequency_ghz and weight. */
export const bandpassSchema = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z
    .strictObject({
      frequencies_ghz: z
        .array(positive)
        .min(1)
        .max(mostBandFrequencies)
        .refine(isDistinct, 'each frequency may be given only once'),
      weights: weights.max(mostBandFrequencies),
    })
    .refine((band) => band.weights.length === band.frequencies_ghz.length, {
      message: 'give one weight per frequency',
      path: ['weights'],
    })
    .refine((band) => band.weights.some((weight) => weight > 0), {
      message: 'at least one weight must be positive',
      path: ['weights'],
    }),
])

/**
 * The file is a table of sources (CSV, or a binary table in FITS): names of its columns. l and b are longitude and latitude in degrees
 * in the `frame` of the entry (left out: Galactic), and without a name called as `positionColumns` says; distances in kpc.
 */
export const catalogueSchema = z.strictObject({
  l: z.string().min(1).optional(),
  b: z.string().min(1).optional(),
  value: z.string().min(1),
  sigma: z.string().min(1).optional(),
  distance: z.string().min(1).optional(),
})

export const dataSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/, 'use letters, digits, space, dot, underscore or hyphen')
    .max(80),
  file: z.string().min(1),
  hdu: z.int().nonnegative().optional(),
  column: z.union([z.int().nonnegative(), z.string()]).default(0),
  ordering: z.enum(['RING', 'NESTED']).optional(),
  /** Coordinates of the map or the catalogue. */
  frame: z.enum(['galactic', 'equatorial-J2000', 'equatorial-B1950', 'ecliptic']).optional(),
  bad_value: z.number().finite().optional(),
  quantity: quantitySchema.default('I'),
  frequency_ghz: positive.optional(),
  unit: z.string().min(1).optional(),
  polarisation: z.enum(['IAU', 'COSMO']).optional(),
  sigma: sigmaSchema.default({ relative: 0.1, floor: 0.5 }),
  mask: maskSchema.optional(),
  bandpass: bandpassSchema.optional(),
  beam_fwhm_arcmin: positive.max(10_800).optional(),
  catalogue: catalogueSchema.optional(),
  nuisance: nuisanceSchema.prefault({}),
})

/** Gaussian, none within the bounds, or the model's own published uncertainty about its published value. */
export const priorSchema = z.union([
  z.enum(['published', 'uniform']),
  z.strictObject({ mean: z.union([z.number().finite(), triple]), sigma: positive }),
])

/** How a fit treats a parameter; of a vector, every component. */
export const freedomSchema = z.strictObject({
  /** Where a fit starts; default: the value in `parameters`, or that of the model. */
  initial: z.union([z.number().finite(), triple]).optional(),
  /** Default: those of the model. */
  bounds: z
    .tuple([z.number().finite(), z.number().finite()])
    .refine(([lower, upper]) => lower < upper, 'the lower bound must be smaller than the upper')
    .optional(),
  /** Default: `published` where the model has an uncertainty of the parameter, else `uniform`. */
  prior: priorSchema.optional(),
  /** What the optimiser moves: the value, its logarithm, an angle without limits, or a smooth map into the bounds. */
  transform: z.enum(['linear', 'log', 'wrap', 'smooth']).default('linear'),
})
export type Freedom = z.output<typeof freedomSchema>

/** The parameters that are unknowns: their names, or what is to be known of each by name. */
const freeSchema = z
  .union([
    z.array(z.string()).refine(isDistinct, 'each parameter may be named only once'),
    z.record(z.string(), freedomSchema),
  ])
  .default([])

const gridShape = z
  .tuple([z.int().min(2).max(1024), z.int().min(2).max(1024), z.int().min(2).max(512)])
  .default([128, 128, 32])

/**
 * A Gaussian random field that is added to a magnetic field. Its power spectrum P(k) falls as k^-spectral_slope (11/3: Kolmogorov)
 * between the two scales, which are wavelengths.
 */
export const randomFieldSchema = z.strictObject({
  seed: z.int().nonnegative().default(1),
  /** Root mean square of |b|: a number, or a model of it. */
  rms_microgauss: z.number().finite().nonnegative().optional(),
  strength: modelChoiceSchema.optional(),
  spectral_slope: z
    .number()
    .min(-10)
    .max(10)
    .default(11 / 3),
  outer_scale_kpc: positive.default(1),
  /** Default: two of the largest spacings of the grid, the shortest that it holds. */
  inner_scale_kpc: positive.optional(),
  /** Above 1: stronger along the regular field than across it; the ratio of the components is its square. */
  anisotropy: z.number().min(0.1).max(10).default(1),
  /** Mean square of a part along the regular field, in units of that field's square. */
  striation: z.number().min(0).max(100).default(0),
  divergence_free: z.boolean().default(true),
})
export type RandomFieldChoice = z.output<typeof randomFieldSchema>

/** Of "model: file": a table, and the box that it covers (default: that of the run, about the Galactic centre). */
const tableKeys = {
  file: z.string().min(1).optional(),
  half_size_kpc: z.tuple([positive, positive, positive]).optional(),
  centre_kpc: triple.optional(),
}

export const gridSchema = z.strictObject({
  shape: gridShape,
  region: z
    .strictObject({ r_kpc: z.tuple([z.number().nonnegative(), positive]) })
    .refine((r) => r.r_kpc[0] < r.r_kpc[1], {
      message: 'the inner radius must be smaller than the outer',
      path: ['r_kpc'],
    })
    .default({ r_kpc: [3, 20] }),
  initial: modelChoiceSchema
    .extend({ ...tableKeys, random: randomFieldSchema.optional() })
    .default({ model: 'lsa', parameters: { b0_microgauss: 2.5 } }),
  /** What the optimiser moves; `whitened` needs the term gaussian-random-field. */
  representation: z
    .enum(['components', 'vector-potential', 'correction', 'whitened'])
    .default('components'),
  free: z.boolean().default(true),
})

/** A density that is free in every voxel of the magnetic field's grid, through its logarithm. */
export const densityGridSchema = z.strictObject({
  initial: modelChoiceSchema,
  /** Learning rate of ln density, as a share of the optimiser's. */
  relative_rate: positive.default(0.1),
})

/** A model by name with its parameters; `grid` makes the magnetic field free in every voxel. */
export const magneticFieldSchema = z.strictObject({
  model: z.string().default('grid'),
  variant: z.string().optional(),
  parameters: parametersSchema,
  free: freeSchema,
  ...definitionKeys,
  B_microgauss: triple.optional(),
  radius_kpc: positive.optional(),
  grid: gridSchema.optional(),
  ...tableKeys,
  /** Beside a model, on a grid of its own that fills the box; that of a grid is in `grid.initial`. */
  random: randomFieldSchema.extend({ shape: gridShape }).optional(),
})

export const thermalElectronsSchema = z.strictObject({
  model: z.string().default('ymw16'),
  variant: z.string().optional(),
  parameters: parametersSchema,
  free: freeSchema,
  ...definitionKeys,
  n_e_cm3: z.number().finite().nonnegative().optional(),
  radius_kpc: positive.optional(),
  grid: densityGridSchema.optional(),
  ...tableKeys,
  // Absent: free-free emission and absorption are left out.
  free_free: z.strictObject({ electron_temperature_k: positive.default(8000) }).optional(),
})

const spectralIndex = z.number().gt(1).lt(6)
const mapColumn = z.union([z.int().nonnegative(), z.string()]).default(0)

/** A HEALPix map of p, held fixed. */
export const spectralIndexMapSchema = z.strictObject({
  file: z.string().min(1),
  column: mapColumn,
})

/** A HEALPix map of whole numbers: pixels with the same number are a region, with one p. */
export const spectralIndexRegionsSchema = z.strictObject({
  file: z.string().min(1),
  column: mapColumn,
  /** p where a run starts, by the number of the region; default: `spectral_index`. */
  initial: z
    .record(z.string().regex(/^-?\d+$/, 'use the number of a region'), spectralIndex)
    .default({}),
  free: z.boolean().default(true),
})

/**
 * The number of electrons per energy where it is no power law: a table (CSV with the columns energy_gev and density, straight between
 * its rows in logarithms), or two power laws that meet. Nothing beyond the first and the last energy. At `reference_gev` there are
 * as many electrons as in a power law with C and `spectral_index`.
 */
export const spectrumSchema = z.union([
  z.strictObject({ file: z.string().min(1), reference_gev: positive.default(10) }),
  z
    .strictObject({
      break_gev: positive,
      index_below: z.number().finite(),
      index_above: z.number().finite(),
      from_gev: positive.default(0.001),
      to_gev: positive.default(1e6),
      reference_gev: positive.default(10),
    })
    .refine((s) => s.from_gev < s.break_gev && s.break_gev < s.to_gev, {
      message: 'the break must lie between from_gev and to_gev',
      path: ['break_gev'],
    }),
])

export const cosmicRayElectronsSchema = z.strictObject({
  model: z.string().default('wmap'),
  variant: z.string().optional(),
  parameters: parametersSchema,
  free: freeSchema,
  ...definitionKeys,
  C_m3: z.number().finite().nonnegative().optional(),
  radius_kpc: positive.optional(),
  ...tableKeys,
  spectral_index: spectralIndex.default(3),
  spectral_index_map: spectralIndexMapSchema.optional(),
  spectral_index_regions: spectralIndexRegionsSchema.optional(),
  spectrum: spectrumSchema.optional(),
  grid: densityGridSchema.optional(),
})

const randomFieldKeys = ['sigma_microgauss', 'correlation_kpc', 'slope'] as const

export const regularisationSchema = z
  .strictObject({
    term: z.enum([
      'smoothness',
      'total-variation',
      'divergence',
      'amplitude',
      'gaussian-random-field',
    ]),
    weight: z.number().finite().nonnegative(),
    of: z
      .enum(['magnetic_field', 'thermal_electrons', 'cosmic_ray_electrons', 'spectral_index'])
      .default('magnetic_field'),
    sigma_microgauss: positive.optional(),
    correlation_kpc: positive.optional(),
    slope: z.number().gt(3).max(10).optional(),
  })
  .superRefine((entry, context) => {
    if (entry.term === 'gaussian-random-field') return
    for (const key of randomFieldKeys) {
      if (entry[key] === undefined) continue
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'only the term gaussian-random-field has a power spectrum',
      })
    }
  })

export const heldOutSchema = z.union([
  z
    .strictObject({
      fold: z.int().nonnegative(),
      of: z.int().min(2).default(10),
      block_nside: nside.default(8),
    })
    .refine((h) => h.fold < h.of, { message: 'fold must be smaller than `of`', path: ['fold'] }),
  z.strictObject({
    fraction: z.number().min(0).lt(1),
    seed: z.int().nonnegative().default(1),
    block_nside: nside.default(8),
  }),
])

export const optimiserSchema = z.strictObject({
  method: z.enum(['adam', 'yogi', 'adabelief', 'lbfgs', 'gauss-newton']).default('adam'),
  /** In the unit of the unknown; lbfgs: the largest change in its first step. */
  learning_rate: positive.default(0.4),
  /** Coarser grids to begin with; each halves the spacing of the one before. */
  levels: z.int().min(0).max(6).default(0),
  /** First-order methods: how the learning rate changes until `iterations`. */
  schedule: z.enum(['constant', 'cosine', 'exponential']).default('constant'),
  /** First-order methods: a longer gradient is shortened to this norm. */
  clip_norm: positive.optional(),
  /** lbfgs: pairs of steps and gradient changes that are kept. */
  memory: z.int().min(1).max(100).default(8),
  /** gauss-newton: most conjugate-gradient iterations in a step. */
  inner_iterations: z.int().min(1).max(1000).default(20),
  /** lbfgs: the diagonal of the Gauss-Newton matrix, or nothing. */
  preconditioner: z.enum(['diagonal', 'none']).default('diagonal'),
  /** lbfgs, gauss-newton: a step that lowers the loss by a smaller share is the last. */
  tolerance: z.number().finite().nonnegative().default(1e-6),
  /** Fits of parameters alone: how often at most what the grid costs is worked out by integrating the models without it. */
  corrections: z.int().min(0).max(5).default(2),
  iterations: z.int().min(1).max(1_000_000).default(200),
  seed: z.int().nonnegative().default(42),
})

/** A run whose result another one begins with: of this session, or of another session file. */
export const startFromSchema = z.strictObject({
  /** A session file; default: the one that the run is in. */
  file: z.string().min(1).optional(),
  /** Its number; default: the last one that has a result. */
  run: z.int().positive().optional(),
})

export const backendNames = ['auto', 'wasm', 'webgpu', 'tensorflow', 'reference'] as const

export const runFileSchema = z.strictObject({
  title: z.string().max(200).default(''),
  box: boxSchema.prefault({}),
  sky: skySchema.prefault({}),
  integrator: integratorSchema.default({ rule: 'cells', nodes: 3 }),
  faraday: faradaySchema.prefault({}),
  output: z.strictObject({ polarisation: z.enum(['IAU', 'COSMO']).default('IAU') }).prefault({}),
  data: z.array(dataSchema).default([]),
  magnetic_field: magneticFieldSchema.prefault({}),
  thermal_electrons: thermalElectronsSchema.prefault({}),
  cosmic_ray_electrons: cosmicRayElectronsSchema.prefault({}),
  regularisation: z.array(regularisationSchema).prefault([{ term: 'smoothness', weight: 0.1 }]),
  held_out: heldOutSchema.default({ fold: 0, of: 10, block_nside: 8 }),
  optimiser: optimiserSchema.prefault({}),
  start_from: startFromSchema.optional(),
  checkpoint: z.strictObject({ every_s: positive.default(30) }).prefault({}),
  backend: z.enum(backendNames).default('auto'),
})

/** The run file with every default filled in. */
export type RunFile = z.output<typeof runFileSchema>
/** What a user writes. */
export type RunFileInput = z.input<typeof runFileSchema>
export type DataEntry = z.output<typeof dataSchema>
