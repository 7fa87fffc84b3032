/** Names of keys and choices of the run file as the workbench prints them, and the units that are part of the keys. */
const labels: Readonly<Record<string, string>> = {
  box: 'Box',
  half_size_kpc: 'Half size',
  observer_kpc: 'Observer',
  nside: 'NSIDE',
  rule: 'Rule',
  nodes: 'Nodes per cell',
  samples: 'Samples',
  step_pc: 'Step',
  phase: 'Faraday phase',
  name: 'Name',
  file: 'File',
  hdu: 'HDU',
  column: 'Column',
  ordering: 'Ordering',
  frame: 'Frame',
  bad_value: 'Bad value',
  quantity: 'Quantity',
  frequency_ghz: 'Frequency',
  unit: 'Unit',
  polarisation: 'Polarisation',
  sigma: 'σ',
  relative: 'σ relative',
  floor: 'σ floor',
  mask: 'Mask',
  galactic_latitude_above_deg: 'Keep |b| above',
  nuisance: 'Nuisance',
  offset: 'Offset',
  gain: 'Gain',
  model: 'Model',
  variant: 'Variant',
  B_microgauss: 'B',
  n_e_cm3: 'nₑ',
  C_m3: 'C',
  radius_kpc: 'Radius',
  shape: 'Shape',
  region: 'Region',
  r_kpc: 'Region r',
  initial: 'Start from',
  representation: 'Represent',
  spectral_index: 'Spectral index p',
  term: 'Term',
  weight: 'Weight',
  fold: 'Fold',
  of: 'Folds',
  fraction: 'Fraction',
  seed: 'Seed',
  block_nside: 'Block NSIDE',
  method: 'Method',
  learning_rate: 'Learning rate',
  iterations: 'Iterations',
  every_s: 'Checkpoint every',
  backend: 'Backend',
  title: 'Title',
  integrator: 'Integrator',
  held_out: 'Held-out',
}

const choices: Readonly<Record<string, string>> = {
  adam: 'ADAM',
  yogi: 'Yogi',
  adabelief: 'AdaBelief',
  cells: 'Gauss–Legendre per cell',
  midpoint: 'Midpoint',
  off: 'Off',
  exact: 'Exact',
  'half-cell': 'Half cell',
  'first-order': 'First order',
  I: 'I, intensity',
  Q: 'Stokes Q',
  U: 'Stokes U',
  faraday_depth: 'Faraday depth',
  dispersion_measure: 'Dispersion measure',
  galactic: 'Galactic',
  'equatorial-J2000': 'Equatorial J2000',
  'equatorial-B1950': 'Equatorial B1950',
  ecliptic: 'Ecliptic',
  free: 'Free',
  none: 'None',
  smoothness: 'Smoothness',
  'total-variation': 'Total variation',
  divergence: 'Divergence',
  amplitude: 'Amplitude',
  components: 'Components',
  auto: 'Automatic',
  wasm: 'WebAssembly, CPU',
  reference: 'Reference, float64',
  grid: 'Free voxels',
}

const units: readonly (readonly [RegExp, string])[] = [
  [/_kpc$/, 'kpc'],
  [/_pc$/, 'pc'],
  [/_ghz$/, 'GHz'],
  [/_deg$/, '°'],
  [/_microgauss$/, 'µG'],
  [/_cm3$/, 'cm⁻³'],
  [/_m3$/, 'm⁻³'],
  [/_s$/, 's'],
]

/** The label of a key. A key without an own word is written out: step_pc becomes "Step". */
export function labelOf(key: string): string {
  if (labels[key] !== undefined) return labels[key]
  const words = key.replace(/_(kpc|pc|ghz|deg|microgauss|cm3|m3|s)$/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function choiceLabel(value: string): string {
  return choices[value] ?? value
}

/** The unit that a key's name carries; empty without one. */
export function unitOf(key: string): string {
  return units.find(([pattern]) => pattern.test(key))?.[1] ?? ''
}
