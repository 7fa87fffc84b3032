/** A file in an archive. */
export interface ZipEntry {
  /** ASCII. */
  readonly name: string
  readonly data: Uint8Array<ArrayBuffer>
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** CRC-32 of ISO 3309, as ZIP and PNG have it. */
export function crc32(data: Uint8Array): number {
  let value = 0xffffffff
  for (let i = 0; i < data.length; i++) value = crcTable[(value ^ data[i]) & 255] ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}

/** 1 January 1980, where the clock of ZIP begins: the same pictures give the same file. */
const date = 0x0021

/** A ZIP archive (APPNOTE 6.3) whose files are stored as they are: PNG pictures are compressed already. */
export function zipStored(entries: readonly ZipEntry[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = []
  const directory: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  for (const { name, data } of entries) {
    const title = Uint8Array.from(name, (letter) => letter.charCodeAt(0))
    const sizes = [date, crc32(data), data.length, data.length, title.length] as const
    const local = record(30, 0x04034b50, [20, 0, 0, 0, ...sizes, 0], '2222244422')
    const central = record(
      46,
      0x02014b50,
      [20, 20, 0, 0, 0, ...sizes, 0, 0, 0, 0, 0, offset],
      '2222224442222244',
    )
    parts.push(local, title, data)
    directory.push(central, title)
    offset += local.length + title.length + data.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const count = entries.length
  const end = record(22, 0x06054b50, [0, 0, count, count, size, offset, 0], '2222442')
  return new Blob([...parts, ...directory, end], { type: 'application/zip' })
}

/** A signature and numbers of two or four bytes each. */
function record(
  length: number,
  signature: number,
  numbers: readonly number[],
  widths: string,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, signature, true)
  let at = 4
  numbers.forEach((value, i) => {
    if (widths[i] === '2') view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += Number(widths[i])
  })
  return bytes
}
