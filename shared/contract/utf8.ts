/**
 * UTF-8 without TextEncoder/TextDecoder, which this layer may not use. Strict: overlong forms, surrogates and
 * truncated sequences are refused, so that a damaged header is never read as something else.
 */

/** Bytes of `text`. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3)
  let n = 0
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i)
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(i + 1)
      if (code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00)
        i++
      } else code = 0xfffd
    }
    if (code < 0x80) bytes[n++] = code
    else if (code < 0x800) {
      bytes[n++] = 0xc0 | (code >> 6)
      bytes[n++] = 0x80 | (code & 63)
    } else if (code < 0x10000) {
      bytes[n++] = 0xe0 | (code >> 12)
      bytes[n++] = 0x80 | ((code >> 6) & 63)
      bytes[n++] = 0x80 | (code & 63)
    } else {
      bytes[n++] = 0xf0 | (code >> 18)
      bytes[n++] = 0x80 | ((code >> 12) & 63)
      bytes[n++] = 0x80 | ((code >> 6) & 63)
      bytes[n++] = 0x80 | (code & 63)
    }
  }
  return bytes.subarray(0, n)
}

const blockUnits = 8192

/** Text of `bytes`, or undefined where they are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const parts: string[] = []
  let units: number[] = []
  let i = 0
  while (i < bytes.length) {
    const first = bytes[i++]
    let code = first
    if (first >= 0x80) {
      const extra = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
      if (first < 0xc2 || first > 0xf4 || i + extra > bytes.length) return undefined
      code = first & (0x3f >> extra)
      for (let k = 0; k < extra; k++) {
        const next = bytes[i++]
        if ((next & 0xc0) !== 0x80) return undefined
        code = (code << 6) | (next & 63)
      }
      const smallest = extra === 1 ? 0x80 : extra === 2 ? 0x800 : 0x10000
      if (code < smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
    }
    if (code < 0x10000) units.push(code)
    else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff))
    if (units.length >= blockUnits) {
      parts.push(String.fromCharCode(...units))
      units = []
    }
  }
  parts.push(String.fromCharCode(...units))
  return parts.join('')
}
