import { PC_PER_KPC } from '#shared/physics/constants.ts'
import { isStokes } from '#shared/physics/observables.ts'
import { KernelError } from '../../interface.ts'
import type { LineOfSightProblem, Observable, Observables } from '../../interface.ts'
import type { KernelChoice } from './kernel-choice.ts'

// The kernels' sums of a ray (see assembly/layout.ts): emission, n_e, Faraday depth (twice), then Q and U of each
// polarised frequency; of the general kernel synchrotron I, Q, U and I of each; of the intensity kernels the emission alone.
const COLUMN = 1
const DEPTH = 2
const STOKES = 4

/** One observable at one frequency: where its sum lies in those of a ray, and what one unit of it is. */
interface Row {
  readonly observable: Observable
  readonly frequency: number
  readonly sum: number
  readonly unit: number
}

function rowsOf({ observables }: LineOfSightProblem, choice: KernelChoice): Row[] {
  const general = choice.kind === 'general'
  const perFrequency = general ? 4 : 2
  return observables.flatMap((observable): Row[] => {
    switch (observable) {
      case 'I':
        return choice.kelvinI.map((unit, frequency) => ({
          observable,
          frequency,
          sum: general ? STOKES + perFrequency * frequency + 3 : 0,
          unit,
        }))
      case 'Q':
      case 'U':
        return choice.kelvinP.map((unit, frequency) => ({
          observable,
          frequency,
          sum: STOKES + perFrequency * frequency + (general ? 1 : 0) + (observable === 'U' ? 1 : 0),
          unit,
        }))
      case 'faraday_depth':
        return [{ observable, frequency: 0, sum: DEPTH, unit: 1 }]
      case 'dispersion_measure':
        return [{ observable, frequency: 0, sum: COLUMN, unit: PC_PER_KPC }]
    }
  })
}

/** Converts between the kernels' sums, in their order of rays, and the caller's observables. */
export class ObservableRows {
  private readonly rows: readonly Row[]
  private readonly order: Uint32Array
  private readonly sumsPerRay: number
  private readonly frequencies: number

  /** @param order place in the kernels' order -> the caller's ray */
  constructor(problem: LineOfSightProblem, choice: KernelChoice, order: Uint32Array) {
    this.rows = rowsOf(problem, choice)
    this.order = order
    this.sumsPerRay = choice.sumsPerRay
    this.frequencies = problem.frequenciesGhz.length
  }

  /** @throws KernelError naming a ray whose value is not finite */
  read(sums: Float64Array): Observables {
    const { order, sumsPerRay } = this
    const rays = order.length
    const found: Observables = {}
    for (const { observable, frequency, sum, unit } of this.rows) {
      const values = (found[observable] ??= new Float64Array(
        isStokes(observable) ? this.frequencies * rays : rays,
      ))
      for (let place = 0; place < rays; place++) {
        const value = sums[place * sumsPerRay + sum]
        if (!Number.isFinite(value)) {
          throw new KernelError(
            `The ${titles[observable]} of ray ${order[place]} is ${value}: the unknowns hold a value that is not finite or beyond float32.`,
          )
        }
        // Adding zero turns -0 (no electrons) into 0.
        values[frequency * rays + order[place]] = unit * value + 0
      }
    }
    return found
  }

  /** The cotangents of the sums of each ray, for those of the observables. */
  write(cotangent: Readonly<Record<Observable, Float64Array>>, into: Float32Array): void {
    const { order, sumsPerRay } = this
    const rays = order.length
    const own = new Float64Array(sumsPerRay)
    for (let place = 0; place < rays; place++) {
      own.fill(0)
      for (const { observable, frequency, sum, unit } of this.rows) {
        own[sum] += unit * cotangent[observable][frequency * rays + order[place]]
      }
      into.set(own, place * sumsPerRay)
    }
  }
}

const titles: Record<Observable, string> = {
  I: 'intensity',
  Q: 'Stokes Q',
  U: 'Stokes U',
  faraday_depth: 'Faraday depth',
  dispersion_measure: 'dispersion measure',
}
