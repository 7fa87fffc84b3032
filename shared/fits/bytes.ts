import { FitsError } from './errors.ts'

/** FITS files are made of blocks of this many bytes. */
export const BLOCK_BYTES = 2880
export const CARD_BYTES = 80

/** Text of a byte range. Bytes outside printable ASCII, which FITS forbids in text, become `?`. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) {
    const byte = bytes[i]
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?'
  }
  return text
}

/** The next multiple of the block size at or after `length` bytes. */
export function paddedLength(length: number): number {
  return Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES
}

/** A big-endian view of a data unit. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Signed 64-bit integer as a number: exact up to 2^53, rounded beyond. Two 32-bit halves, because BigInt would
 * make a large map many times slower to read.
 */
export function readInt64(view: DataView, offset: number): number {
  return view.getInt32(offset) * 4294967296 + view.getUint32(offset + 4)
}

/** Allocate an array, or say in the user's terms that it does not fit in memory. */
export function allocate<T>(count: number, bytesPerValue: number, make: (n: number) => T): T {
  try {
    return make(count)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new FitsError(
      'too-big',
      `reading these ${count} values needs ${gibibytes(count * bytesPerValue)} of memory, which could not be had`,
      'Close other work or use a map of lower resolution.',
    )
  }
}

export function gibibytes(bytes: number): string {
  return bytes >= 2 ** 29
    ? `${(bytes / 2 ** 30).toFixed(1)} GiB`
    : `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
