import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bindDensity, bindMagneticField, sampleMagneticField } from '#shared/fields/index.ts'
import { pix2vec } from '#shared/healpix/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { griddedScalarField } from '#shared/physics/medium.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { loadBackend } from '#engine/kernels/index.ts'
import type {
  Gradient,
  LineOfSightOperator,
  LineOfSightProblem,
  Observables,
  Unknowns,
} from '#engine/kernels/interface.ts'
import { modelsOf } from '#engine/simulation/medium.ts'

/**
 * Larmor's side of peer.py: prepares both cases, then times one value and gradient for every line {"case": "I"} or
 * {"case": "IQU"} on its input. Writes the field (field.f32) and the converged intensity (converged.f64) into the folder.
 */
const [folder, threadsText] = process.argv.slice(2)
const threads = Number(threadsText)
const runFile = runFileSchema.parse({ sky: { nside: 32 } })
const observerKpc = runFile.box.observer_kpc
const grid: GridGeometry = { shape: [128, 128, 32], halfSizeKpc: runFile.box.half_size_kpc }
const { cosmicRayElectrons } = modelsOf(runFile)
const cosmicRays = bindDensity(cosmicRayElectrons, { observerKpc })
const electronGrid: GridGeometry = { shape: [256, 256, 64], halfSizeKpc: grid.halfSizeKpc }
const electronBytes = readFileSync(join(folder, 'electrons.f32'))
const electronValues = new Float32Array(Uint8Array.from(electronBytes).buffer)
const electrons = griddedScalarField(electronGrid, electronValues)

const nside = runFile.sky.nside
const directions = new Float64Array(3 * 12 * nside * nside)
for (let pixel = 0; pixel < 12 * nside * nside; pixel++) {
  directions.set(pix2vec(nside, 'RING', pixel), 3 * pixel)
}
const common = {
  grid,
  observerKpc,
  directions,
  nodesPerCrossing: 3,
  spectralIndex: 3,
  cosmicRayDensity: (x: number, y: number, z: number) => cosmicRays.evaluate([x, y, z]),
}
const problems: Record<string, LineOfSightProblem> = {
  I: { ...common, frequenciesGhz: [0.408], observables: ['I'] },
  IQU: {
    ...common,
    frequenciesGhz: [2.4],
    observables: ['I', 'Q', 'U'],
    thermalElectronDensity: (x, y, z) => electrons.evaluate([x, y, z]),
  },
}

const model = modelsOf(
  runFileSchema.parse({ magnetic_field: { model: 'lsa', parameters: { b0_microgauss: 2.5 } } }),
).magnetic
const field = Float32Array.from(
  sampleMagneticField(grid, bindMagneticField(model, { observerKpc }), { r_kpc: [0, Infinity] }),
)
writeFileSync(join(folder, 'field.f32'), field)

const wasm = await loadBackend('wasm')
interface Ready {
  readonly operator: LineOfSightOperator
  readonly unknowns: Unknowns
  readonly gradient: Gradient
}
const ready = new Map<string, Ready>()
for (const [name, problem] of Object.entries(problems)) {
  const operator = await wasm.prepare(problem, { threads })
  // In memory that the operator's threads share.
  const magneticField = operator.createGrid(3)
  magneticField.set(field)
  ready.set(name, {
    operator,
    unknowns: { magneticField },
    gradient: { magneticField: operator.createGrid(3) },
  })
}
const converged = await intensity('reference', { ...problems.I, nodesPerCrossing: 8 })
writeFileSync(join(folder, 'converged.f64'), converged)
const intensity3 = await intensity('wasm', problems.I)
answer({
  rays: directions.length / 3,
  crossings: ready.get('I')?.operator.crossings,
  error: relativeRms(intensity3, converged),
})

for await (const line of createInterface({ input: process.stdin })) {
  const question: { case: string } = JSON.parse(line)
  if (question.case === 'memory') answer({ bytes: 1024 * process.resourceUsage().maxRSS })
  else answer({ seconds: await valueAndGradient(question.case) })
}
for (const { operator } of ready.values()) await operator.dispose()

/** The sum of squared differences from 1 K and its gradient. */
async function valueAndGradient(name: string): Promise<number> {
  const own = ready.get(name)
  if (!own) throw new Error(`There is no case ${name}.`)
  const { operator, unknowns, gradient } = own
  const started = performance.now()
  const model = await operator.forward(unknowns)
  const cotangent: Observables = {}
  let loss = 0
  for (const stokes of ['I', 'Q', 'U'] as const) {
    const values = model[stokes]
    if (!values) continue
    const difference = values.map((value) => 2 * (value - 1))
    for (const d of difference) loss += (d * d) / 4
    cotangent[stokes] = difference
  }
  await operator.adjoint(unknowns, cotangent, gradient)
  const seconds = (performance.now() - started) / 1000
  if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss}.`)
  return seconds
}

async function intensity(
  name: 'reference' | 'wasm',
  problem: LineOfSightProblem,
): Promise<Float64Array> {
  const backend = await loadBackend(name)
  const operator = await backend.prepare(problem, { threads })
  const { I } = await operator.forward({ magneticField: field })
  await operator.dispose()
  if (!I) throw new Error(`The ${name} backend gave no intensity.`)
  return I
}

function relativeRms(values: Float64Array, truth: Float64Array): number {
  let error = 0
  let signal = 0
  truth.forEach((t, n) => {
    error += (values[n] - t) ** 2
    signal += t * t
  })
  return Math.sqrt(error / signal)
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
