/** An element of an EBML file. */
export interface Element {
  readonly id: number
  /** Where it begins in the file. */
  readonly at: number
  readonly body: Uint8Array<ArrayBuffer>
}

/** Those with others in them: head, segment, info, tracks, track, video, cluster. */
const masters = [0x1a45dfa3, 0x18538067, 0x1549a966, 0x1654ae6b, 0xae, 0xe0, 0x1f43b675]

/** The elements of a WebM file in their order, each followed by those in it. */
export function ebmlElements(bytes: Uint8Array<ArrayBuffer>, at = 0): Element[] {
  const found: Element[] = []
  let next = 0
  while (next < bytes.length) {
    const idLength = Math.clz32(bytes[next]) - 23
    const id = bigEndian(bytes.slice(next, next + idLength))
    const sizeAt = next + idLength
    const sizeLength = Math.clz32(bytes[sizeAt]) - 23
    const size = bytes
      .slice(sizeAt + 1, sizeAt + sizeLength)
      .reduce((all, byte) => all * 256 + byte, bytes[sizeAt] & (0xff >> sizeLength))
    const body = bytes.slice(sizeAt + sizeLength, sizeAt + sizeLength + size)
    found.push({ id, at: at + next, body })
    if (masters.includes(id)) found.push(...ebmlElements(body, at + sizeAt + sizeLength))
    next = sizeAt + sizeLength + size
  }
  return found
}

/** A whole number, its first byte the largest. */
export function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((all, byte) => all * 256 + byte, 0)
}
