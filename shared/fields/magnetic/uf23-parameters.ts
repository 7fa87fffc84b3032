/**
 * Parameters of the eight variants of Unger & Farrar 2024: central values and 1-sigma uncertainties as published with the
 * paper.
 */
import { smoothing } from '../jump.ts'
import type { ModelVariant, ParameterSpec } from '../types.ts'

export const uf23Source = 'Unger & Farrar 2024, ApJ 970, 95'

const uf23Names = ['base', 'expX', 'nebCor', 'neCL', 'spur', 'cre10', 'synCG', 'twistX'] as const

const titles: Readonly<Record<(typeof uf23Names)[number], string>> = {
  base: 'Base model',
  expX: 'Exponential radial profile of the poloidal field',
  nebCor: 'Thermal electrons correlated with the field',
  neCL: 'Thermal electrons of NE2001',
  spur: 'Local spur instead of a grand-design spiral',
  cre10: 'Cosmic-ray halo of 10 kpc',
  synCG: 'Synchrotron maps of COSMOGLOBE',
  twistX: 'Toroidal halo from the twisted poloidal field',
}

type Bounds = readonly [number, number]
const field: Bounds = [-50, 50]
const angle: Bounds = [-360, 720]
const length: Bounds = [0.001, 1000]

/** Columns as in `uf23Names`; null where a variant has no such parameter. */
const table: readonly (readonly [string, string, Bounds, string, readonly (number | null)[]])[] = [
  [
    'disk_b1_microgauss',
    'microgauss',
    field,
    'Disc: first mode (of the spur: its strength)',
    [1.0878565, 0.99258148, 1.4081935, 1.4259645, -4.2993328, 1.2035697, 0.81386878, 1.3741995],
  ],
  [
    'disk_b2_microgauss',
    'microgauss',
    field,
    'Disc: second mode',
    [2.6605034, 2.1821124, 3.52924, 1.3543223, null, 2.747849, 2.058693, 2.0089881],
  ],
  [
    'disk_b3_microgauss',
    'microgauss',
    field,
    'Disc: third mode',
    [3.1166311, 3.1197345, 4.1290147, 3.4390669, null, 3.2104342, 2.9437335, 1.5212463],
  ],
  [
    'disk_h_kpc',
    'kpc',
    length,
    'Height of the transition between disc and halo',
    [0.79408965, 0.71508681, 0.81151971, 0.67405199, 0.75019749, 0.80844932, 0.62172353, 0.9380618],
  ],
  [
    'disk_phase1_deg',
    'deg',
    angle,
    'Disc: phase of the first mode at 5 kpc (of the spur: at 8.2 kpc)',
    [263.16589, 247.45741, 264.47529, 199.61898, 155.89875, 265.15882, 229.88551, 235.60316],
  ],
  [
    'disk_phase2_deg',
    'deg',
    angle,
    'Disc: phase of the second mode at 5 kpc',
    [97.782269, 98.578879, 97.57266, 135.41461, null, 98.211313, 97.388282, 101.89856],
  ],
  [
    'disk_phase3_deg',
    'deg',
    angle,
    'Disc: phase of the third mode at 5 kpc',
    [35.112281, 34.884485, 36.403798, 64.909767, null, 35.944588, 32.927367, 56.187572],
  ],
  [
    'disk_pitch_deg',
    'deg',
    [0.1, 89],
    'Disc: pitch angle',
    [10.1069, 10.02707, 10.151183, 11.867859, 12.074432, 10.162759, 9.9034844, 12.100979],
  ],
  [
    'disk_w_kpc',
    'kpc',
    length,
    'Width of the transition between disc and halo',
    [
      0.10720909, 0.098524736, 0.11863734, 0.061162799, 0.1226312, 0.10824003, 0.066517521,
      0.14933338,
    ],
  ],
  [
    'poloidal_a_kpc',
    'kpc',
    length,
    'Poloidal field: radius of its outermost line in the plane',
    [null, 6.1938701, null, null, null, null, null, null],
  ],
  [
    'poloidal_b_microgauss',
    'microgauss',
    field,
    'Poloidal field: strength at the centre',
    [0.97775487, 5.835799, 1.3485916, 0.98387831, 0.99302987, 0.96938453, 0.80883734, 0.62793114],
  ],
  [
    'poloidal_p',
    'dimensionless',
    [1, 10],
    'Poloidal field: exponent of its lines',
    [1.4266186, 1.9510779, 1.3414395, 1.6773615, 1.3982374, 1.4150957, 1.5820957, 2.3292519],
  ],
  [
    'poloidal_r_kpc',
    'kpc',
    length,
    'Poloidal field: radius at which it ends (expX: scale length)',
    [7.2925417, 2.4994376, 7.2473841, 7.4084361, 7.1973387, 7.2987296, 7.4625235, 7.9212358],
  ],
  [
    'poloidal_w_kpc',
    'kpc',
    length,
    'Poloidal field: width of its end',
    [0.11188158, null, 0.14318227, 0.14168192, 0.12262244, 0.10923051, 0.15003765, 0.29056201],
  ],
  [
    'poloidal_z_kpc',
    'kpc',
    length,
    'Poloidal field: height of its lines',
    [4.4597373, null, 4.8242603, 3.6521188, 4.485327, 4.5748332, 3.533855, 2.6274437],
  ],
  [
    'poloidal_xi_deg',
    'deg',
    [1, 89],
    'Poloidal field: asymptotic elevation of its lines',
    [null, 20.926122, null, null, null, null, null, null],
  ],
  [
    'spur_center_deg',
    'deg',
    angle,
    'Spur: azimuth of its centre',
    [null, null, null, null, 157.18686, null, null, null],
  ],
  [
    'spur_length_deg',
    'deg',
    [0, 360],
    'Spur: half its length',
    [null, null, null, null, 31.839577, null, null, null],
  ],
  [
    'spur_width_deg',
    'deg',
    [0.01, 360],
    'Spur: width',
    [null, null, null, null, 10.318114, null, null, null],
  ],
  [
    'toroidal_b_n_microgauss',
    'microgauss',
    field,
    'Toroidal halo: north',
    [3.255676, 2.7077434, 4.6491142, 2.6256593, 2.9286724, 3.7308133, 2.3991193, null],
  ],
  [
    'toroidal_b_s_microgauss',
    'microgauss',
    field,
    'Toroidal halo: south',
    [-3.0914569, -2.5677104, -4.500661, -2.5699466, -2.5979895, -3.5039958, -2.0919944, null],
  ],
  [
    'toroidal_r_kpc',
    'kpc',
    length,
    'Toroidal halo: radius',
    [10.193815, 10.134022, 10.205288, 10.134257, 9.7536425, 10.407507, 9.4227834, null],
  ],
  [
    'toroidal_w_kpc',
    'kpc',
    length,
    'Toroidal halo: width of the transition at its radius',
    [1.6936993, 2.0956159, 1.7004868, 1.1547728, 1.4210055, 1.7398375, 0.91608418, null],
  ],
  [
    'toroidal_z_kpc',
    'kpc',
    length,
    'Toroidal halo: scale height',
    [4.0242749, 5.4564991, 3.5557767, 4.5585463, 6.0941229, 2.92728, 5.5844594, null],
  ],
  [
    'twisting_time_myr',
    'Myr',
    [0, 10000],
    'Time for which rotation has twisted the poloidal field',
    [null, null, null, null, null, null, null, 54.733549],
  ],
]

/** 1-sigma uncertainties, from the published Cholesky factors of the covariance. */
const uncertainties: Readonly<Record<string, readonly (number | null)[]>> = {
  disk_b1_microgauss: [0.1396, 0.149, 0.1865, 0.2608, 0.1785, 0.1376, 0.115, 0.1724],
  disk_b2_microgauss: [0.2075, 0.2214, 0.2709, 0.4422, null, 0.2127, 0.1956, 0.3022],
  disk_b3_microgauss: [0.1507, 0.1563, 0.2082, 0.3359, null, 0.1543, 0.1371, 0.2584],
  disk_h_kpc: [0.03232, 0.02347, 0.02697, 0.01822, 0.0274, 0.03251, 0.01767, 0.04799],
  disk_phase1_deg: [8.506, 10.15, 8.478, 11.02, 1.398, 7.639, 12.51, 11.45],
  disk_phase2_deg: [2.799, 3.178, 3.221, 11.54, null, 2.783, 3.325, 10.25],
  disk_phase3_deg: [2.178, 2.379, 2.477, 4.409, null, 2.165, 2.371, 6.058],
  disk_pitch_deg: [0.129, 0.1339, 0.1438, 0.3815, 0.6008, 0.1278, 0.1322, 0.4422],
  disk_w_kpc: [0.02549, 0.02273, 0.02488, 0.01957, 0.0237, 0.02466, 0.01819, 0.06925],
  poloidal_a_kpc: [null, 0.7825, null, null, null, null, null, null],
  poloidal_b_microgauss: [0.03317, 0.3586, 0.03649, 0.03144, 0.03704, 0.03374, 0.02431, 0.01961],
  poloidal_p: [0.0921, 0.1423, 0.09784, 0.1062, 0.09422, 0.09228, 0.09397, 0.09941],
  poloidal_r_kpc: [0.05678, 0.07186, 0.06552, 0.04783, 0.06267, 0.06179, 0.04786, 0.03551],
  poloidal_w_kpc: [0.02857, null, 0.03305, 0.02979, 0.03428, 0.02683, 0.02159, 0.03499],
  poloidal_z_kpc: [0.403, null, 0.5122, 0.2807, 0.422, 0.4156, 0.2413, 0.09742],
  poloidal_xi_deg: [null, 1.764, null, null, null, null, null, null],
  spur_center_deg: [null, null, null, null, 2.969, null, null, null],
  spur_length_deg: [null, null, null, null, 3.029, null, null, null],
  spur_width_deg: [null, null, null, null, 0.603, null, null, null],
  toroidal_b_n_microgauss: [0.3137, 0.1879, 0.4092, 0.1689, 0.232, 0.368, 0.1214, null],
  toroidal_b_s_microgauss: [0.2956, 0.181, 0.399, 0.1708, 0.2099, 0.3447, 0.1072, null],
  toroidal_r_kpc: [0.1719, 0.1847, 0.1725, 0.197, 0.1267, 0.1988, 0.07598, null],
  toroidal_w_kpc: [0.4015, 0.5625, 0.4057, 0.2903, 0.3002, 0.4279, 0.161, null],
  toroidal_z_kpc: [0.6989, 0.8896, 0.5763, 0.8156, 1.442, 0.3683, 0.8176, null],
  twisting_time_myr: [null, null, null, null, null, null, null, 1.09],
}

const published: readonly ParameterSpec[] = table.map(
  ([name, unit, bounds, description, values]) => {
    const variants = uf23Names.filter((_, i) => values[i] !== null)
    const [standard] = values.filter((value) => value !== null)
    return {
      name,
      unit,
      bounds,
      description,
      source: uf23Source,
      default: standard,
      ...(variants.length < uf23Names.length ? { variants } : {}),
    }
  },
)

export const uf23Parameters: readonly ParameterSpec[] = [...published, smoothing]

function column(
  rows: readonly (readonly [string, readonly (number | null)[]])[],
  i: number,
): Record<string, number> {
  return Object.fromEntries(
    rows.flatMap(([name, values]) => {
      const value = values[i]
      return value === null ? [] : [[name, value]]
    }),
  )
}

export const uf23Variants: readonly ModelVariant[] = uf23Names.map((name, i) => ({
  name,
  title: titles[name],
  parameters: column(
    table.map(([parameter, , , , values]) => [parameter, values]),
    i,
  ),
  uncertainties: column(Object.entries(uncertainties), i),
}))
