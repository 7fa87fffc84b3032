import { z } from 'zod'
import { casesOf, triple } from '../physics/cases.ts'
import { simulated } from './gridded-sky.ts'

/**
 * Validation cases V1 to V6 as run files on a grid, through the command line, for every backend. Uniform fields are trilinear, so
 * that a grid holds them exactly and the published values must come out to the precision of the backend.
 *
 * Not possible on a grid, and tested elsewhere: F and G of V1 themselves (test/unit/physics; through a spectrum in
 * spectrum.test.ts), interpolation of a linear field of V5 (no model is linear; test/kernels), the midpoint values of
 * V6 with 512 samples, its derivatives and likelihoods with respect to parameters (a grid has none): its spiral jumps at r = 3 and
 * 20 kpc, which a grid smears over a cell, so that only the converged columns can be approached.
 */

/** One comparison: what was found and what must be, on a scale. */
export interface Comparison {
  readonly id: string
  readonly found: number
  readonly expected: number
  readonly scale: number
}

/** The comparison that is farthest off, in units of its scale. */
export function worstOf(comparisons: readonly Comparison[]): { id: string; relative: number } {
  let worst = { id: '', relative: 0 }
  for (const { id, found, expected, scale } of comparisons) {
    const relative = Math.abs(found - expected) / Math.abs(scale)
    if (!(relative <= worst.relative)) worst = { id, relative }
  }
  return worst
}

type Vector = readonly [number, number, number]

interface Uniform {
  readonly field: Vector
  readonly electrons?: number
  readonly cosmicRays?: number
  readonly index?: number
}

/** A run file with a uniform field everywhere in the box. */
function uniform(sky: string, { field, electrons = 0, cosmicRays = 0, index = 3 }: Uniform) {
  return `sky: ${sky}
magnetic_field: { model: grid, grid: { shape: [6, 5, 4], region: { r_kpc: [0, 100] }, initial: { model: uniform, parameters: { B_microgauss: [${field.join(', ')}] } } } }
thermal_electrons: ${electrons === 0 ? '{ model: none }' : `{ model: uniform, n_e_cm3: ${electrons} }`}
cosmic_ray_electrons: { model: uniform, C_m3: ${cosmicRays}, spectral_index: ${index} }
`
}

/** V1: K_I and K_P, from one kpc of 1 microgauss across the line of sight. */
export async function emissivities(backend: string): Promise<Comparison[]> {
  const fields = { id: z.string(), frequency_ghz: z.number(), p: z.number() }
  const constant = { K_I: z.number().optional(), K_P: z.number().optional() }
  const cases = casesOf('emissivity-constant', z.object({ ...fields, ...constant }))
  const found: Comparison[] = []
  for (const index of new Set(cases.map(({ p }) => p))) {
    const part = cases.filter(({ p }) => p === index)
    const frequencies = [...new Set(part.map((entry) => entry.frequency_ghz))]
    const sky = `{ directions: [[0, 0, 1]], frequencies_ghz: [${frequencies.join(', ')}] }`
    const medium = { field: [0, 1, 0], cosmicRays: 1, index } as const
    const { maps } = await simulated(uniform(sky, medium), backend)
    // The constants are for gauss.
    const unit = 1e-6 ** ((index + 1) / 2)
    for (const { id, frequency_ghz, K_I, K_P } of part) {
      const [I, Q, U] = ['I', 'Q', 'U'].map(
        (name) => maps[`${name} ${frequencies.indexOf(frequency_ghz)}`][0] / unit,
      )
      if (K_I !== undefined) found.push({ id, found: I, expected: K_I, scale: K_I })
      if (K_P !== undefined) found.push({ id, found: Math.hypot(Q, U), expected: K_P, scale: K_P })
    }
  }
  return found
}

/** Rows of V2: pixel centres as healpy gives them, and their NESTED numbers. */
const pixelCentres = [
  { nside: 1, ring: 0, nested: 0, theta: 0.84106867056793, phi: 0.785398163397448 },
  { nside: 1, ring: 11, nested: 11, theta: 2.30052398302186, phi: 5.49778714378214 },
  { nside: 2, ring: 24, nested: 25, theta: 1.5707963267949, phi: 3.53429173528852 },
  { nside: 16, ring: 1440, nested: 1216, theta: 1.52911759437232, phi: 0 },
  { nside: 32, ring: 0, nested: 1023, theta: 0.0255162103574188, phi: 0.785398163397448 },
  { nside: 64, ring: 12345, nested: 32681, theta: 1.0471975511966, phi: 4.55285497844458 },
  { nside: 64, ring: 24576, nested: 26282, theta: 1.5707963267949, phi: 3.15386449989288 },
  { nside: 64, ring: 49151, nested: 45056, theta: 3.12883480799212, phi: 5.49778714378214 },
  { nside: 128, ring: 100000, nested: 119804, theta: 1.58642196264763, phi: 5.10508806208341 },
]

/** V2: directions of pixels, RING and NESTED, from the Faraday depth of a field that is neither along an axis nor in a plane. */
export async function pixelDirections(backend: string): Promise<Comparison[]> {
  const field = [0.3, -0.5, 0.8] as const
  const found: Comparison[] = []
  for (const nside of new Set(pixelCentres.map((row) => row.nside))) {
    const rows = pixelCentres.filter((row) => row.nside === nside)
    const orders = [
      ['RING', rows.map(({ ring }) => ring)],
      ['NESTED', rows.map(({ nested }) => nested)],
    ] as const
    // Both where there are several rows, one of them in turn elsewhere: each is a run of its own.
    for (const [ordering, pixels] of rows.length > 1 ? orders : [orders[Math.log2(nside) % 2]]) {
      const sky = `{ nside: ${nside}, ordering: ${ordering}, pixels: [${pixels.join(', ')}], distance_kpc: 1, stokes: [] }`
      const { maps } = await simulated(uniform(sky, { field, electrons: 0.01 }), backend)
      rows.forEach(({ theta, phi }, i) => {
        const [x, y, z] = field
        const across = Math.sin(theta) * (x * Math.cos(phi) + y * Math.sin(phi))
        found.push({
          id: `V2 NSIDE ${nside} ${ordering} ${pixels[i]}`,
          // 811.9 rad m^-2 per cm^-3, microgauss and kpc (V1), positive toward the observer.
          found: maps.faraday_depth[i] / (-811.901164165 * 0.01),
          expected: across + z * Math.cos(theta),
          scale: 1,
        })
      })
    }
  }
  return found
}

/** V3: the way to the face of the box, from the dispersion measure of uniform electrons. */
export async function boxExits(backend: string): Promise<Comparison[]> {
  const cases = casesOf(
    'box-exit',
    z.object({ id: z.string(), pixel: z.int(), s_max_kpc: z.number() }),
  )
  const sky = `{ nside: 64, pixels: [${cases.map(({ pixel }) => pixel).join(', ')}], stokes: [] }`
  const { maps } = await simulated(uniform(sky, { field: [0, 1, 0], electrons: 0.001 }), backend)
  return cases.map(({ id, s_max_kpc: expected }, i) => {
    return { id, found: maps.dispersion_measure[i], expected, scale: expected }
  })
}

/** V4: the uniform sphere: rays through a uniform medium that end at its surface. */
export async function spheres(backend: string, nodes = 3): Promise<Comparison[]> {
  const cases = casesOf(
    'toy-sphere',
    z.object({
      id: z.string(),
      pixel: z.int().optional(),
      theta_deg: z.number().default(0),
      phi_deg: z.number().default(0),
      B_microgauss: triple,
      ne_cm3: z.number(),
      C_m3: z.number(),
      radius_kpc: z.number(),
      frequency_ghz: z.number(),
      p: z.number(),
      columns: z.object({
        I_K: z.number(),
        Q_K: z.number(),
        U_K: z.number(),
        FD_rad_m2: z.number(),
      }),
    }),
  )
  const found: Comparison[] = []
  for (const part of [
    cases.filter(({ pixel }) => pixel !== undefined),
    cases.filter(({ pixel }) => pixel === undefined),
  ]) {
    const [{ B_microgauss: field, ne_cm3: electrons, C_m3: cosmicRays, p: index, ...first }] = part
    const places =
      first.pixel === undefined
        ? `directions: [${part.map((at) => `[${at.phi_deg}, ${90 - at.theta_deg}, ${at.radius_kpc}]`).join(', ')}]`
        : `nside: 64, pixels: [${part.map(({ pixel }) => pixel).join(', ')}], distance_kpc: ${first.radius_kpc}`
    const sky = `{ ${places}, frequencies_ghz: [${first.frequency_ghz}] }`
    const medium = uniform(sky, { field, electrons, cosmicRays, index })
    const text = `integrator: { rule: cells, nodes: ${nodes} }\n${medium}`
    const { maps } = await simulated(text, backend)
    // The polarised intensity without rotation, (p + 1) / (p + 7/3): Q and U may all but cancel behind much rotation.
    const polarised = (3 * index + 3) / (3 * index + 7)
    part.forEach(({ id, columns: { I_K, Q_K, U_K, FD_rad_m2 } }, i) => {
      const depthScale = 811.9 * electrons * first.radius_kpc * Math.hypot(...field)
      found.push(
        { id: `${id} I`, found: maps['I 0'][i], expected: I_K, scale: I_K },
        { id: `${id} Q`, found: maps['Q 0'][i], expected: Q_K, scale: polarised * I_K },
        { id: `${id} U`, found: maps['U 0'][i], expected: U_K, scale: polarised * I_K },
        { id: `${id} FD`, found: maps.faraday_depth[i], expected: FD_rad_m2, scale: depthScale },
      )
    })
  }
  return found
}

/** V5: angles of the emitted light, what a field along the ray does, and |B|^2 from its two parts. */
export async function projections(backend: string): Promise<Comparison[]> {
  const sky = '{ directions: [[0, 90, 1], [270, 0, 1], [0, 0, 1], [50, 20, 1]] }'
  const medium = { field: [5, 0, 0], cosmicRays: 40, electrons: 0.01 } as const
  const { maps } = await simulated(`faraday: { phase: off }\n${uniform(sky, medium)}`, backend)
  const I = maps['I 0']
  const angle = (i: number) =>
    [maps['Q 0'][i], maps['U 0'][i]].map((value) => value / (0.75 * I[i]))
  const [pole, side] = [angle(0), angle(1)]
  const along = maps.faraday_depth.map((depth) => depth / (811.901164165 * 0.01 * 5))
  // chi0 = -90 deg and 180 deg: Q = -P and Q = P.
  return [
    { id: 'V5 Q at the pole', found: pole[0], expected: -1, scale: 1 },
    { id: 'V5 U at the pole', found: pole[1], expected: 0, scale: 1 },
    { id: 'V5 Q at l = 270', found: side[0], expected: 1, scale: 1 },
    { id: 'V5 U at l = 270', found: side[1], expected: 0, scale: 1 },
    { id: 'V5 I of a field along the ray', found: I[2] / I[0], expected: 0, scale: 1 },
    { id: 'V5 depth of a field along the ray', found: along[2], expected: -1, scale: 1 },
    // At p = 3 the intensity goes with the square of the field across the ray.
    { id: 'V5 |B|^2', found: along[3] ** 2 + I[3] / I[0], expected: 1, scale: 1 },
  ]
}

/**
 * V6, converged columns, from the spiral on a grid with cells of 0.3 kpc; relative to the intensity, and to ten times that where the
 * ray crosses the jump at r = 3 kpc, near which its emission arises.
 */
export async function spiral(backend: string): Promise<Comparison[]> {
  const cases = casesOf(
    'sightline',
    z.object({
      id: z.string(),
      pixel: z.int(),
      columns: z.object({
        I_K: z.number().optional(),
        Q_K: z.number().optional(),
        U_K: z.number().optional(),
      }),
    }),
  ).filter(({ id }) => id.startsWith('V6/A-inf/'))
  const sky = `{ nside: 64, pixels: [${cases.map(({ pixel }) => pixel).join(', ')}], frequencies_ghz: [2.4] }`
  const text = `sky: ${sky}
magnetic_field: { model: grid, grid: { shape: [128, 128, 64], region: { r_kpc: [3, 20] }, initial: { model: lsa, variant: wmap } } }
thermal_electrons: { model: none }
`
  const { maps } = await simulated(text, backend)
  return cases.flatMap(({ id, pixel, columns }, i) =>
    (['I', 'Q', 'U'] as const).map((name) => ({
      id: `${id} ${name}`,
      found: maps[`${name} 0`][i],
      expected: columns[`${name}_K`] ?? NaN,
      scale: (columns.I_K ?? NaN) * (pixel === 24448 ? 10 : 1),
    })),
  )
}
