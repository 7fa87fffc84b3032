/** Builds small FITS files card by card, so that tests can break exactly one thing. */

export function card(keyword: string, value?: string | number | boolean): string {
  if (value === undefined) return keyword.padEnd(80).slice(0, 80)
  const text =
    typeof value === 'boolean'
      ? (value ? 'T' : 'F').padStart(20)
      : typeof value === 'number'
        ? String(value).padStart(20)
        : value
  return `${keyword.padEnd(8)}= ${text}`.padEnd(80).slice(0, 80)
}

/** Cards from pairs; a pair without value is written as it stands. Text values must bring their quotes. */
export function cards(...pairs: [string, (string | number | boolean)?][]): string[] {
  return pairs.map(([keyword, value]) => card(keyword, value))
}

export function header(lines: string[]): Uint8Array {
  const text = [...lines, card('END')].join('')
  return padded(
    Uint8Array.from(text, (character) => character.charCodeAt(0)),
    0x20,
  )
}

export function padded(bytes: Uint8Array, filler = 0): Uint8Array {
  const block = new Uint8Array(Math.ceil(bytes.length / 2880) * 2880).fill(filler)
  block.set(bytes)
  return block
}

export function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

export const emptyPrimary = header(cards(['SIMPLE', true], ['BITPIX', 8], ['NAXIS', 0]))

/** An image file; `changes` replace or add cards. */
export function imageFile(changes: Record<string, string | number | boolean>, data: Uint8Array) {
  const base = { SIMPLE: true, BITPIX: 8, NAXIS: 1, NAXIS1: data.length }
  return join(header(cards(...Object.entries({ ...base, ...changes }))), padded(data))
}

/** A file with one binary table; `changes` replace or add cards (`undefined` removes one). */
export function tableFile(
  changes: Record<string, string | number | boolean | undefined>,
  data: Uint8Array,
): Uint8Array {
  const base = {
    XTENSION: "'BINTABLE'",
    BITPIX: 8,
    NAXIS: 2,
    NAXIS1: 4,
    NAXIS2: data.length / 4,
    PCOUNT: 0,
    GCOUNT: 1,
    TFIELDS: 1,
    TTYPE1: "'T'",
    TFORM1: "'E'",
  }
  const pairs: [string, string | number | boolean][] = []
  for (const [keyword, value] of Object.entries({ ...base, ...changes })) {
    if (value !== undefined) pairs.push([keyword, value])
  }
  return join(emptyPrimary, header(cards(...pairs)), padded(data))
}

/** One row per entry of the columns: numbers as float64, words as text of 8 characters. */
export function columnsFile(
  columns: Readonly<Record<string, readonly (number | string)[]>>,
  changes: Record<string, string | number | boolean | undefined> = {},
): Uint8Array {
  const names = Object.keys(columns)
  const rows = columns[names[0]].length
  const view = new DataView(new ArrayBuffer(8 * names.length * rows))
  const described = names.flatMap((name, i): [string, string][] => {
    columns[name].forEach((value, row) => {
      const at = 8 * (row * names.length + i)
      if (typeof value === 'number') view.setFloat64(at, value)
      else [...value].forEach((letter, k) => view.setUint8(at + k, letter.charCodeAt(0)))
    })
    return [
      [`TTYPE${i + 1}`, `'${name}'`],
      [`TFORM${i + 1}`, typeof columns[name][0] === 'number' ? "'D'" : "'8A'"],
    ]
  })
  const shape = { NAXIS1: 8 * names.length, NAXIS2: rows, TFIELDS: names.length }
  return tableFile(
    { ...shape, ...Object.fromEntries(described), ...changes },
    new Uint8Array(view.buffer),
  )
}

/** Big-endian bytes of numbers. */
export function int32Bytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  values.forEach((value, i) => view.setInt32(4 * i, value))
  return new Uint8Array(view.buffer)
}

export function float32Bytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  values.forEach((value, i) => view.setFloat32(4 * i, value))
  return new Uint8Array(view.buffer)
}
