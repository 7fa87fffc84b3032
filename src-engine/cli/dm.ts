import {
  PC_PER_KPC,
  directionFromGalactic,
  distanceOfColumn,
  partsOfRay,
  runningColumn,
} from '#shared/physics/index.ts'
import { UsageError } from '../errors.ts'
import { parseCommandLine } from './arguments.ts'
import { fieldSource } from './field-source.ts'
import { valuesAt } from './field-values.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'
import { joinPoints, parseDirection } from './points.ts'
import { textTable } from './text-table.ts'

/** How far a dispersion measure is looked for unless the command says otherwise: as far as the integrator of YMW16 goes, pc. */
const WITHIN_PC = 25_000

const usage = `larmor dm (MODEL | --formula FILE | --run RUN.yaml) --at l,b ... (--distance PC | --dm DM [--within PC]) [OPTIONS]

The dispersion measure of a model of thermal electrons from the observer to a distance, or the distance of a dispersion measure.

  --formula FILE      instead of MODEL: one that you made (see \`larmor models --help\`)
  --run RUN.yaml      instead of MODEL: the thermal electrons of a run file
  --at l,b            Galactic coordinates in degrees; may be repeated
  --distance PC       the dispersion measure to this distance, pc
  --dm DM             the distance of this dispersion measure, pc cm^-3
  --within PC         how far it is looked for (default ${WITHIN_PC})
  --variant NAME      a named set of parameters
  --param NAME=VALUE  one parameter; may be repeated
  --observer x,y,z    position of the observer, Galactocentric kpc (default: the Sun)
  --json              one JSON document: { model, variant, sightlines: [{ l_deg, b_deg, distance_pc, dm_pc_cm3 }] };
                      distance_pc is null where the model does not reach the dispersion measure`

const options = {
  formula: { type: 'string' },
  run: { type: 'string' },
  variant: { type: 'string' },
  param: { type: 'string', multiple: true },
  observer: { type: 'string' },
  at: { type: 'string', multiple: true },
  distance: { type: 'string' },
  dm: { type: 'string' },
  within: { type: 'string' },
} as const

interface Sightline {
  readonly l_deg: number
  readonly b_deg: number
  readonly distance_pc: number | null
  readonly dm_pc_cm3: number
}

/** `larmor dm` */
export const command: Command = async (args, io) => {
  const joined = ['at', 'observer'].reduce<string[]>(joinPoints, args)
  const { values, positionals } = parseCommandLine(joined, {
    usage,
    options,
    positionals: ['MODEL?'],
  })
  const { at, ...given } = values
  if (at === undefined) throw new UsageError('--at is missing: give l,b in degrees.')
  if ((given.distance === undefined) === (given.dm === undefined)) {
    throw new UsageError(
      'Give one of --distance, for a dispersion measure, and --dm, for a distance.',
    )
  }
  if (given.within !== undefined && given.dm === undefined) {
    throw new UsageError('--within says how far --dm is looked for; --distance needs none.')
  }
  const dm = positive(given.dm, 'dm', 'pc cm^-3')
  const distancePc = positive(given.distance, 'distance', 'pc')
  const withinPc = positive(given.within, 'within', 'pc') ?? WITHIN_PC
  const directions = at.map((text) => parseDirection(text, 'at'))
  const source = await fieldSource(positionals.at(0), { ...given, kind: 'thermal-electrons' }, {})

  const sightlines: Sightline[] = []
  for (const [lDeg, bDeg] of directions) {
    const ray = {
      origin: source.observerKpc,
      direction: directionFromGalactic(lDeg, bDeg),
      lengthKpc: (distancePc ?? withinPc) / PC_PER_KPC,
    }
    const parts = partsOfRay(source.field, ray)
    const columns = runningColumn(parts, await valuesAt(source, parts.pointsKpc, 'auto'))
    const total = columns[columns.length - 1]
    const distanceKpc = dm === undefined ? ray.lengthKpc : distanceOfColumn(parts, columns, dm)
    if (distanceKpc === null) {
      io.err(
        `larmor: toward ${lDeg},${bDeg} the model has ${total.toFixed(2)} pc cm^-3 to ${withinPc} pc, less than ${dm}.\n`,
      )
    }
    sightlines.push({
      l_deg: lDeg,
      b_deg: bDeg,
      distance_pc: distanceKpc === null ? null : PC_PER_KPC * distanceKpc,
      dm_pc_cm3: dm ?? total,
    })
  }
  const { model, variant } = source
  if (io.json) printJson(io, { model, variant, sightlines })
  else io.out(table(sightlines))
  return EXIT.done
}

function table(sightlines: readonly Sightline[]): string {
  const rows = sightlines.map((one) => [
    String(one.l_deg),
    String(one.b_deg),
    one.distance_pc?.toFixed(1) ?? 'none',
    one.dm_pc_cm3.toFixed(3),
  ])
  return `${textTable([['l_deg', 'b_deg', 'distance_pc', 'dm_pc_cm3'], ...rows]).join('\n')}\n`
}

/** @throws UsageError */
function positive(text: string | undefined, option: string, unit: string): number | undefined {
  if (text === undefined) return undefined
  const value = text.trim() === '' ? NaN : Number(text)
  if (value > 0 && value < Infinity) return value
  throw new UsageError(`--${option} needs a positive number in ${unit}, not "${text}".`)
}
