/** Deterministic damage to FITS files: the same seed gives the same bytes on every machine. */

const BLOCK = 2880
const CARD = 80

/** Mulberry32: a small generator with a 32-bit state, good enough to pick mutations. */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Byte offsets of the header cards of a sound file. */
export type CardOffsets = readonly number[]

type Mutation = (bytes: Uint8Array, cards: CardOffsets, random: () => number) => Uint8Array

const pick = <T>(list: ArrayLike<T>, random: () => number): T =>
  list[Math.floor(random() * list.length)]

function withText(bytes: Uint8Array, at: number, text: string): Uint8Array {
  for (let i = 0; i < text.length && at + i < bytes.length; i++) bytes[at + i] = text.charCodeAt(i)
  return bytes
}

const KEYWORDS = [
  'SIMPLE', 'XTENSION', 'BITPIX', 'NAXIS', 'NAXIS1', 'NAXIS2', 'NAXIS3', 'PCOUNT', 'GCOUNT', 'TFIELDS', 'GROUPS',
  'TFORM1', 'TFORM2', 'TFORM3', 'TTYPE1', 'TSCAL1', 'TZERO1', 'TNULL1', 'TDIM1', 'BSCALE', 'BZERO', 'BLANK',
  'NSIDE', 'ORDERING', 'FIRSTPIX', 'LASTPIX', 'INDXSCHM', 'OBJECT', 'PIXTYPE', 'BAD_DATA', 'GRAIN', 'COORDSYS',
  'CTYPE1', 'CTYPE2', 'CDELT1', 'CDELT2', 'CRPIX1', 'CRPIX2', 'CRVAL1', 'CRVAL2', 'CUNIT1', 'EQUINOX', 'ZIMAGE',
] // prettier-ignore

const VALUES = [
  '0', '1', '-1', '2', '3', '8', '12', '64', '255', '8192', '16384', '2147483647', '4294967296', '9007199254740993',
  '18446744073709551616', '1E300', '-1E300', '1E400', 'NaN', 'INF', '1.5', '0.1', '-0', '1D5', 'T', 'F', '', "''",
  "'RING'", "'NESTED'", "'EXPLICIT'", "'IMPLICIT'", "'PARTIAL'", "'HEALPIX'", "'BINTABLE'", "'IMAGE'", "'TABLE'",
  "'E'", "'1024E'", "'0D'", "'12K'", "'999999999999E'", "'PE(9)'", "'X'", "'31X'", "'16A'", "'L'", "'-1E'", "'M'",
  "'RA---CAR'", "'DEC--CAR'", "'GLON-CAR'", "'unclosed", "'(3,99999)'", '8 / comment', '(1,2)',
] // prettier-ignore

function cardText(random: () => number): string {
  return `${pick(KEYWORDS, random).padEnd(8)}= ${pick(VALUES, random).padStart(20)}`.padEnd(CARD)
}

/** Give an existing keyword another value. */
const changeValue: Mutation = (bytes, cards, random) => {
  const at = pick(cards, random)
  return withText(bytes, at + 8, `= ${pick(VALUES, random).padStart(20)}`.padEnd(CARD - 8))
}

const replaceCard: Mutation = (bytes, cards, random) =>
  withText(bytes, pick(cards, random), cardText(random))

const copyCard: Mutation = (bytes, cards, random) => {
  const from = pick(cards, random)
  bytes.copyWithin(pick(cards, random), from, from + CARD)
  return bytes
}

const blankCard: Mutation = (bytes, cards, random) =>
  withText(bytes, pick(cards, random), ' '.repeat(CARD))

const endEarly: Mutation = (bytes, cards, random) =>
  withText(bytes, pick(cards, random), 'END'.padEnd(CARD))

const flipHeaderByte: Mutation = (bytes, cards, random) => {
  bytes[pick(cards, random) + Math.floor(random() * CARD)] = Math.floor(random() * 256)
  return bytes
}

const continueCard: Mutation = (bytes, cards, random) =>
  withText(bytes, pick(cards, random), "CONTINUE  'more &'".padEnd(CARD))

const flipByte: Mutation = (bytes, _, random) => {
  bytes[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8)
  return bytes
}

const fillRange: Mutation = (bytes, _, random) => {
  const at = Math.floor(random() * bytes.length)
  return bytes.fill(pick([0, 0x20, 0x7f, 0xff], random), at, at + Math.floor(random() * 400))
}

const truncate: Mutation = (bytes, _, random) => bytes.slice(0, Math.floor(random() * bytes.length))

const cutLastBytes: Mutation = (bytes, _, random) =>
  bytes.slice(0, Math.max(0, bytes.length - Math.floor(random() * 5000)))

const removeBlock: Mutation = (bytes, _, random) => {
  const at = Math.floor((random() * bytes.length) / BLOCK) * BLOCK
  return joined(bytes.subarray(0, at), bytes.subarray(at + BLOCK))
}

const repeatBlock: Mutation = (bytes, _, random) => {
  const at = Math.floor((random() * bytes.length) / BLOCK) * BLOCK
  return joined(bytes.subarray(0, at + BLOCK), bytes.subarray(at))
}

const insertNoise: Mutation = (bytes, _, random) => {
  const at = Math.floor(random() * bytes.length)
  const noise = Uint8Array.from({ length: 1 + Math.floor(random() * 100) }, () => random() * 256)
  return joined(bytes.subarray(0, at), noise, bytes.subarray(at))
}

const appendNoise: Mutation = (bytes, _, random) =>
  joined(
    bytes,
    Uint8Array.from({ length: Math.floor(random() * 6000) }, () => random() * 256),
  )

function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

const IN_HEADER = [
  changeValue, changeValue, changeValue, replaceCard, replaceCard, copyCard, blankCard, endEarly, flipHeaderByte,
  flipHeaderByte, continueCard,
] // prettier-ignore
const ANYWHERE = [
  flipByte, flipByte, fillRange, truncate, cutLastBytes, removeBlock, repeatBlock, insertNoise, appendNoise,
] // prettier-ignore

/** Damage a copy of `base` in one to four places; `inHeader` keeps all of them in header cards. */
export function mutate(
  base: Uint8Array,
  cards: CardOffsets,
  inHeader: boolean,
  random: () => number,
): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(base)
  const times = 1 + Math.floor(random() * 4)
  for (let i = 0; i < times && bytes.length > 0; i++) {
    bytes = pick(inHeader ? IN_HEADER : ANYWHERE, random)(bytes, cards, random)
  }
  return bytes
}
