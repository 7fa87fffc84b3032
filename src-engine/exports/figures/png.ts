import { crc32, deflateSync } from 'node:zlib'

/**
 * A picture as a PNG file (ISO/IEC 15948): 8 bits per channel, no interlace, with its print resolution.
 * @param pixels [height][width][3] for RGB, [height][width][4] for RGB and opacity
 */
export function encodePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  dotsPerInch = 300,
): Uint8Array<ArrayBuffer> {
  const channels = pixels.length / (width * height)
  if (channels !== 3 && channels !== 4) {
    throw new RangeError(`A picture of ${width} x ${height} has no ${pixels.length} bytes.`)
  }
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, width)
  header.setUint32(4, height)
  header.setUint8(8, 8)
  header.setUint8(9, channels === 4 ? 6 : 2)
  const density = new DataView(new ArrayBuffer(9))
  const dotsPerMetre = Math.round(dotsPerInch / 0.0254)
  density.setUint32(0, dotsPerMetre)
  density.setUint32(4, dotsPerMetre)
  density.setUint8(8, 1)
  return concatenate([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('pHYs', new Uint8Array(density.buffer)),
    chunk('IDAT', deflateSync(filtered(channels * width, height, pixels))),
    chunk('IEND', new Uint8Array(0)),
  ])
}

/** Rows with the "up" filter: each byte minus the one above it. Maps and white paper shrink well so. */
function filtered(row: number, height: number, pixels: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) {
    const to = y * (row + 1)
    bytes[to] = 2
    for (let i = 0; i < row; i++) {
      const above = y > 0 ? pixels[(y - 1) * row + i] : 0
      bytes[to + 1 + i] = pixels[y * row + i] - above
    }
  }
  return bytes
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(Buffer.from(type, 'latin1'), 4)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
