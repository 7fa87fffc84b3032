/** Parameters of the six combinations of Terral & Ferriere 2017. */
import { smoothing } from '../jump.ts'
import type { ParameterRow } from '../parameter-table.ts'
import { angle, length, parameterTable, strength } from '../parameter-table.ts'
import type { ModelVariant, ParameterSpec } from '../types.ts'

export const tf17Source = 'Terral & Ferriere 2017, A&A 600, A29'

const kpc2 = [0.0001, 1000] as const
const rows = {
  r1: ['disc_r1_kpc', 'kpc', 3, length, 'Disc: reference radius'],
  z1: ['disc_z1_kpc', 'kpc', 1.5, length, 'Disc: reference height'],
  b: ['disc_b1_microgauss', 'microgauss', 19, strength, 'Disc: strength at the reference'],
  h: ['disc_h_kpc', 'kpc', 0.055, length, 'Disc: scale height at the reference'],
  l: ['disc_l_kpc', 'kpc', 9.8, length, 'Disc: scale length at the reference'],
  phi: ['disc_phi_deg', 'deg', -54, angle, 'Disc: phase at infinity'],
  a: ['disc_a_kpc_2', 'kpc^-2', 0.9, kpc2, 'Disc: opening of its lines'],
  haloB: ['halo_b1_microgauss', 'microgauss', 0.36, strength, 'Halo: strength in the plane'],
  haloL: ['halo_l_kpc', 'kpc', 3, length, 'Halo: scale length in the plane'],
  haloA: ['halo_a_kpc_2', 'kpc^-2', 1.17, kpc2, 'Halo: opening of its lines'],
  haloPhi: ['halo_phi_deg', 'deg', 198, angle, 'Halo: phase at infinity'],
  p0: ['p0_deg', 'deg', -7.9, [-89, 89], 'Pitch angle at the centre'],
  hp: ['h_p_kpc', 'kpc', 5, length, 'Scale height of the winding'],
} as const satisfies Readonly<Record<string, ParameterRow>>

const a = ['ad1-c0', 'ad1-c1']
const b = ['bd1-c0', 'bd1-c1']
const d = ['dd1-c0', 'dd1-c1']
const bisymmetric = ['ad1-c1', 'bd1-c1', 'dd1-c1']

export const tf17Parameters: readonly ParameterSpec[] = [
  ...parameterTable(tf17Source, [rows.r1, rows.h], [...a, ...b]),
  ...parameterTable(tf17Source, [rows.z1, rows.l], d),
  ...parameterTable(tf17Source, [rows.b, rows.phi]),
  ...parameterTable(tf17Source, [rows.a], a),
  ...parameterTable(tf17Source, [rows.haloB, rows.haloL, rows.haloA]),
  ...parameterTable(tf17Source, [rows.haloPhi], bisymmetric),
  ...parameterTable(tf17Source, [rows.p0, rows.hp]),
  { ...smoothing, variants: [...a, ...d] },
]

function variant(
  name: string,
  title: string,
  disc: Readonly<Record<string, number>>,
  halo: readonly [b1: number, l: number, a: number, p0: number, hp: number, phi?: number],
): ModelVariant {
  const [halo_b1_microgauss, halo_l_kpc, halo_a_kpc_2, p0_deg, h_p_kpc, phi] = halo
  const parameters = { ...disc, halo_b1_microgauss, halo_l_kpc, halo_a_kpc_2, p0_deg, h_p_kpc }
  return {
    name,
    title,
    parameters: phi === undefined ? parameters : { ...parameters, halo_phi_deg: phi },
  }
}

function discOf(disc_b1_microgauss: number, disc_h_kpc: number, disc_phi_deg: number) {
  return { disc_b1_microgauss, disc_h_kpc, disc_phi_deg }
}
function crossing(disc_b1_microgauss: number, disc_l_kpc: number, disc_phi_deg: number) {
  return { disc_b1_microgauss, disc_l_kpc, disc_phi_deg }
}

export const tf17Variants: readonly ModelVariant[] = [
  variant(
    'ad1-c0',
    'Disc Ad1, halo C0',
    { ...discOf(19, 0.055, -54), disc_a_kpc_2: 0.9 },
    [0.36, 3, 1.17, -7.9, 5],
  ),
  variant('bd1-c0', 'Disc Bd1, halo C0', discOf(2, 0.32, 153), [0.29, 3.4, 0.88, -7.2, 9]),
  variant('dd1-c0', 'Disc Dd1, halo C0', crossing(0.065, 9.8, 14), [0.18, 4.8, 0.61, -7.4, 4.2]),
  variant(
    'ad1-c1',
    'Disc Ad1, halo C1',
    { ...discOf(32, 0.054, -31), disc_a_kpc_2: 0.031 },
    [9, 2.1, 0.33, -9.1, 1.2, 198],
  ),
  variant('bd1-c1', 'Disc Bd1, halo C1', discOf(24, 0.09, -34), [8.2, 2.2, 0.38, -9, 1.2, 197]),
  variant('dd1-c1', 'Disc Dd1, halo C1', crossing(0.4, 2.9, 120), [9.5, 2.1, 0.45, -8.4, 1.2, 179]),
]
