/** Parameters of the Galactic part of YMW16. */
import { smoothing } from '../jump.ts'
import type { ParameterRow } from '../parameter-table.ts'
import { angle, parameterTable } from '../parameter-table.ts'
import type { ParameterSpec } from '../types.ts'

export const ymw16Source = 'Yao, Manchester & Wang 2017, ApJ 835, 29'

const density = [0, 1000] as const
const length = [0.1, 1e6] as const

export interface Arm {
  name: string
  title: string
  densityCm3: number
  widthPc: number
  /** Radius at the azimuth `startRad`, and tangent and cosine of the pitch angle there. */
  radiusPc: number
  startRad: number
  tangent: number
  cosine: number
}

/** Logarithmic spirals; azimuth from the direction l = 90 degrees of the Sun-centred axes, seen from the centre. */
export const arms: readonly Arm[] = [
  {
    name: 'norma',
    title: 'Norma-Outer',
    densityCm3: 0.135,
    widthPc: 300,
    radiusPc: 3350,
    startRad: 0.77,
    tangent: 0.202,
    cosine: 0.98,
  },
  {
    name: 'perseus',
    title: 'Perseus',
    densityCm3: 0.129,
    widthPc: 500,
    radiusPc: 3707,
    startRad: 2.093,
    tangent: 0.173,
    cosine: 0.985,
  },
  {
    name: 'carina',
    title: 'Carina-Sagittarius',
    densityCm3: 0.103,
    widthPc: 300,
    radiusPc: 3560,
    startRad: 3.81,
    tangent: 0.183,
    cosine: 0.9836,
  },
  {
    name: 'crux',
    title: 'Crux-Scutum',
    densityCm3: 0.116,
    widthPc: 500,
    radiusPc: 3670,
    startRad: 5.76,
    tangent: 0.186,
    cosine: 0.983,
  },
  {
    name: 'local',
    title: 'Local',
    densityCm3: 0.0057,
    widthPc: 300,
    radiusPc: 8210,
    startRad: 0.96,
    tangent: 0.0483,
    cosine: 0.9988,
  },
]

const rows: readonly ParameterRow[] = [
  ['thick_n_cm3', 'cm^-3', 0.01132, density, 'Thick disc: density in the plane'],
  ['thick_h_pc', 'pc', 1673, length, 'Thick disc: scale height'],
  ['disc_b_pc', 'pc', 15000, length, 'Radius at which the discs and arms begin to end'],
  ['disc_a_pc', 'pc', 2500, length, 'Length over which the discs and arms end'],
  ['thin_n_cm3', 'cm^-3', 0.404, density, 'Thin disc: density'],
  ['thin_r_pc', 'pc', 4000, length, 'Thin disc: radius'],
  ['thin_w_pc', 'pc', 1200, length, 'Thin disc: width'],
  ['thin_k', 'dimensionless', 1.54, [0.01, 100], 'Thin disc: scale height in units of H(r)'],
  ...arms.flatMap(({ name, title, densityCm3, widthPc }): ParameterRow[] => [
    [`${name}_n_cm3`, 'cm^-3', densityCm3, density, `${title} arm: density`],
    [`${name}_w_pc`, 'pc', widthPc, length, `${title} arm: width`],
  ]),
  ['arm_k', 'dimensionless', 5.015, [0.01, 100], 'Arms: scale height in units of H(r)'],
  ['arm_a_pc', 'pc', 11680, length, 'Arms: radial scale length'],
  ['carina_excess', 'dimensionless', 2.4, [0, 100], 'Carina arm: excess beyond 109 degrees'],
  ['sagittarius_lack', 'dimensionless', 0.626, [0, 1], 'Sagittarius arm: lack about 75.8 degrees'],
  ['centre_n_cm3', 'cm^-3', 6.2, density, 'Galactic centre: density'],
  ['centre_a_pc', 'pc', 160, length, 'Galactic centre: scale radius'],
  ['centre_h_pc', 'pc', 35, length, 'Galactic centre: scale height'],
  ['gum_n_cm3', 'cm^-3', 1.84, density, 'Gum Nebula: density'],
  ['gum_w_pc', 'pc', 15.1, length, 'Gum Nebula: thickness of the shell'],
  ['gum_a_pc', 'pc', 125.8, length, 'Gum Nebula: horizontal radius'],
  ['gum_k', 'dimensionless', 1.4, [0.1, 10], 'Gum Nebula: vertical over horizontal radius'],
  ['bubble_inside', 'dimensionless', 0.48, [0, 10], 'Local Bubble: thick disc inside, times'],
  ['bubble_r_pc', 'pc', 110, length, 'Local Bubble: radius of the shell'],
  ['lb1_n_cm3', 'cm^-3', 1.094, density, 'Local Bubble, region 1: density'],
  ['lb1_azimuth_deg', 'deg', 195.4, angle, 'Local Bubble, region 1: longitude'],
  ['lb1_extent_deg', 'deg', 28.4, [0.1, 360], 'Local Bubble, region 1: extent in longitude'],
  ['lb1_w_pc', 'pc', 14.2, length, 'Local Bubble, region 1: thickness'],
  ['lb1_h_pc', 'pc', 112.9, length, 'Local Bubble, region 1: scale height'],
  ['lb2_n_cm3', 'cm^-3', 2.33, density, 'Local Bubble, region 2: density'],
  ['lb2_azimuth_deg', 'deg', 278.2, angle, 'Local Bubble, region 2: longitude'],
  ['lb2_extent_deg', 'deg', 14.7, [0.1, 360], 'Local Bubble, region 2: extent in longitude'],
  ['lb2_w_pc', 'pc', 15.6, length, 'Local Bubble, region 2: thickness'],
  ['lb2_h_pc', 'pc', 43.6, length, 'Local Bubble, region 2: scale height'],
  ['loop_n_cm3', 'cm^-3', 1.907, density, 'Loop I: density'],
  ['loop_r_pc', 'pc', 80, length, 'Loop I: radius of the shell'],
  ['loop_w_pc', 'pc', 15, length, 'Loop I: thickness of the shell'],
  ['loop_extent_deg', 'deg', 30, [0.1, 360], 'Loop I: extent about its axis'],
  ['fermi_j', 'dimensionless', 1, [0, 100], 'Fermi bubbles: thick disc inside, times'],
]

export const ymw16Parameters: readonly ParameterSpec[] = [
  ...parameterTable(ymw16Source, rows),
  smoothing,
]
