import { readFile } from 'node:fs/promises'
import type { Vector3 } from '#shared/physics/index.ts'
import { InputError, UsageError, fileErrorText } from '../errors.ts'

const triplePattern = /^[-+]?[\d.][^,]*(,[^,]+){2}$/

/**
 * Lets `--at` take several points and points that begin with a minus sign: `--at -8.3,0,0.006 4,0,0` becomes
 * `--at=-8.3,0,0.006 --at=4,0,0`, which is what the option parser understands.
 */
export function joinPoints(args: readonly string[], option: string): string[] {
  const joined: string[] = []
  for (let i = 0; i < args.length; i++) {
    if (args[i] !== `--${option}` || i + 1 === args.length) {
      joined.push(args[i])
      continue
    }
    joined.push(`--${option}=${args[++i]}`)
    while (i + 1 < args.length && triplePattern.test(args[i + 1])) {
      joined.push(`--${option}=${args[++i]}`)
    }
  }
  return joined
}

/** Numbers separated by commas. @throws UsageError that names the option */
function numberList(text: string, option: string, count: number, what: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (numbers.length !== count || !numbers.every(Number.isFinite)) {
    throw new UsageError(`--${option} needs ${what}, not "${text}".`)
  }
  return numbers
}

/** One position, `x,y,z` in kpc. @throws UsageError */
export function parsePoint(text: string, option: string): Vector3 {
  const [x, y, z] = numberList(text, option, 3, 'three numbers x,y,z in kpc')
  return [x, y, z]
}

/** A direction, `l,b` in Galactic degrees. @throws UsageError */
export function parseDirection(text: string, option: string): readonly [number, number] {
  const [l, b] = numberList(text, option, 2, 'two numbers l,b in degrees')
  if (Math.abs(b) > 90)
    throw new UsageError(`--${option} ${text}: b is between -90 and 90 degrees.`)
  return [l, b]
}

/** Header of a file of positions. */
export const pointsHeader = 'x_kpc,y_kpc,z_kpc'

/** Reads positions from a CSV file with the header x_kpc,y_kpc,z_kpc. @throws InputError that names the line */
export async function readPoints(path: string): Promise<Vector3[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
  // A byte-order mark and Windows line ends come with files from spreadsheets.
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  if (lines[0].replaceAll(/\s|"/g, '') !== pointsHeader) {
    throw new InputError(`${path}, line 1: the header must be ${pointsHeader}.`, { file: path })
  }
  const points: Vector3[] = []
  lines.slice(1).forEach((line, i) => {
    if (line.trim() === '') return
    const numbers = line.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
    if (numbers.length !== 3 || !numbers.every(Number.isFinite)) {
      throw new InputError(
        `${path}, line ${i + 2}: three finite numbers are needed, not "${line.slice(0, 80)}".`,
        { file: path },
      )
    }
    points.push([numbers[0], numbers[1], numbers[2]])
  })
  if (points.length === 0) throw new InputError(`${path} holds no positions.`, { file: path })
  return points
}
