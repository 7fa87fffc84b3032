import { withoutCircles } from './curves.ts'
import { marksByClip } from './marks.ts'
import type { Ink, Mark, Page, PathPart, Raster } from './marks.ts'
import { textRuns } from './pdf-text.ts'

/** Points per CSS pixel. */
const scale = 0.75
/** Bytes, not characters: text of a PDF is ASCII here. */
const ascii = (text: string) => new TextEncoder().encode(text)

/**
 * A page as a PDF 1.4 document (ISO 32000-1): vectors, texts in Helvetica and Symbol, which readers bring themselves,
 * pictures as compressed RGB.
 */
export async function pagePdf(page: Page): Promise<Uint8Array<ArrayBuffer>> {
  const rasters = page.marks.flatMap((mark) => (mark.kind === 'image' ? [mark.raster] : []))
  const alphas = [
    ...new Set(page.marks.map((mark) => (mark.kind === 'image' ? 1 : mark.ink.alpha))),
  ]
  const names = {
    image: (raster: Raster) => `/I${rasters.indexOf(raster)}`,
    alpha: (ink: Ink) => `/A${alphas.indexOf(ink.alpha)}`,
  }
  const [width, height] = [number(page.width * scale), number(page.height * scale)]
  const content = [
    `${scale} 0 0 -${scale} 0 ${height} cm`,
    ...marksByClip(page.marks).map((group) => drawn(group, names)),
  ].join('\n')
  const states = alphas.map((alpha, i) => `/A${i} << /ca ${number(alpha)} /CA ${number(alpha)} >>`)
  const images = rasters.map((_, i) => `/I${i} ${7 + i} 0 R`)
  const resources =
    `<< /Font << /F0 5 0 R /F1 6 0 R >> /ExtGState << ${states.join(' ')} >> ` +
    `/XObject << ${images.join(' ')} >> >>`
  return document([
    [ascii('<< /Type /Catalog /Pages 2 0 R >>')],
    [ascii('<< /Type /Pages /Kids [3 0 R] /Count 1 >>')],
    [
      ascii(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R ` +
          `/Resources ${resources} >>`,
      ),
    ],
    await stream('', ascii(content)),
    [ascii('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')],
    [ascii('<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>')],
    ...(await Promise.all(rasters.map(picture))),
  ])
}

/** Objects 1 to n with the table of where they begin. */
function document(objects: readonly Uint8Array[][]): Uint8Array<ArrayBuffer> {
  // The second line says that there are bytes beyond ASCII.
  const parts: Uint8Array[] = [ascii('%PDF-1.4\n'), Uint8Array.of(37, 226, 227, 207, 211, 10)]
  const size = () => parts.reduce((sum, part) => sum + part.length, 0)
  const starts = objects.map((object, i) => {
    const start = size()
    parts.push(ascii(`${i + 1} 0 obj\n`), ...object, ascii('\nendobj\n'))
    return start
  })
  const table = size()
  const rows = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`)
  const count = objects.length + 1
  parts.push(
    ascii(`xref\n0 ${count}\n0000000000 65535 f \n${rows.join('')}`),
    ascii(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`),
  )
  const bytes = new Uint8Array(size())
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function picture(raster: Raster): Promise<Uint8Array[]> {
  const rgba = raster.rgba()
  const rgb = new Uint8Array(3 * raster.width * raster.height)
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from]
    rgb[to + 1] = rgba[from + 1]
    rgb[to + 2] = rgba[from + 2]
  }
  const { width, height } = raster
  return stream(
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 `,
    rgb,
  )
}

async function stream(entries: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array[]> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  const data = new Uint8Array(await new Response(packed).arrayBuffer())
  const head = `<< ${entries}/Filter /FlateDecode /Length ${data.length} >>\nstream\n`
  return [ascii(head), data, ascii('\nendstream')]
}

interface Names {
  image(raster: Raster): string
  alpha(ink: Ink): string
}

function drawn(group: readonly Mark[], names: Names): string {
  const [{ clip }] = group
  const marks = group.map((mark) => `q ${operators(mark, names)} Q`).join('\n')
  return clip ? `q ${path(clip)} W n\n${marks}\nQ` : marks
}

function operators(mark: Mark, names: Names): string {
  if (mark.kind === 'image') {
    const { x, y, width, height } = mark
    return `${[width, 0, 0, -height, x, y + height].map(number).join(' ')} cm ${names.image(mark.raster)} Do`
  }
  const colour = mark.ink.colour.map((part) => number(part / 255)).join(' ')
  const start = `${names.alpha(mark.ink)} gs`
  if (mark.kind === 'fill') return `${start} ${colour} rg ${path(mark.path)} f`
  if (mark.kind === 'stroke') {
    const ends = mark.round ? '1 J' : '0 J'
    return `${start} ${colour} RG ${number(mark.width)} w ${ends} 1 j ${path(mark.path)} S`
  }
  const way =
    mark.outline === null ? `${colour} rg 0 Tr` : `${colour} RG ${number(mark.outline)} w 1 j 1 Tr`
  const left = mark.x - mark.width * { left: 0, center: 0.5, right: 1 }[mark.align]
  const shown = textRuns(mark.text).map(({ font, codes, level }) => {
    const size = level === 0 ? mark.size : 0.65 * mark.size
    const rise = { '-1': -0.15, 0: 0, 1: 0.35 }[level] * mark.size
    const hex = codes.map((code) => code.toString(16).padStart(2, '0')).join('')
    return `/F${font === 'Symbol' ? 1 : 0} ${number(size)} Tf ${number(rise)} Ts <${hex}> Tj`
  })
  return `${start} ${way} BT 1 0 0 -1 ${number(left)} ${number(mark.y)} Tm ${shown.join(' ')} ET`
}

function path(parts: readonly PathPart[]): string {
  const letters = { M: 'm', L: 'l', C: 'c', Z: 'h' } as const
  return withoutCircles(parts)
    .map(([letter, ...numbers]) => [...numbers.map(number), letters[letter]].join(' '))
    .join(' ')
}

const number = (value: number) => String(Math.round(value * 1000) / 1000)
