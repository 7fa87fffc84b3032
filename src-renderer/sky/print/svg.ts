import { withoutCircles } from './curves.ts'
import { marksByClip } from './marks.ts'
import type { Ink, Mark, Page, PathPart } from './marks.ts'

/** Fonts with the widths of Helvetica, by which texts were placed. */
export const printFont = 'Helvetica, Arial, sans-serif'

/** A page as an SVG document on white. Rejects if the browser cannot encode a picture. */
export async function pageSvg({ width, height, marks }: Page): Promise<string> {
  const clips = [...new Set(marks.map(({ clip }) => clip))].filter((clip) => clip !== null)
  const shapes = await Promise.all(
    marksByClip(marks).map(async (group) => {
      const { clip } = group[0]
      const elements = (await Promise.all(group.map(element))).join('\n')
      return clip ? `<g clip-path="url(#clip${clips.indexOf(clip)})">\n${elements}\n</g>` : elements
    }),
  )
  const cuts = clips.map(
    (clip, i) => `<clipPath id="clip${i}"><path d="${path(clip)}"/></clipPath>`,
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n` +
    `<defs>${cuts.join('')}</defs>\n<rect width="${width}" height="${height}" fill="#ffffff"/>\n` +
    `${shapes.join('\n')}\n</svg>\n`
  )
}

async function element(mark: Mark): Promise<string> {
  switch (mark.kind) {
    case 'fill':
      return `<${shape(mark.path)}${paint('fill', mark.ink)}/>`
    case 'stroke': {
      const cap = mark.round ? ' stroke-linecap="round"' : ''
      return `<${shape(mark.path)} fill="none"${paint('stroke', mark.ink)} stroke-width="${mark.width}"${cap}/>`
    }
    case 'text': {
      const anchor = { left: 'start', center: 'middle', right: 'end' }[mark.align]
      const ink =
        mark.outline === null
          ? paint('fill', mark.ink)
          : ` fill="none"${paint('stroke', mark.ink)} stroke-width="${mark.outline}" stroke-linejoin="round"`
      return `<text x="${short(mark.x)}" y="${short(mark.y)}" font-family="${printFont}" font-size="${mark.size}" text-anchor="${anchor}"${ink}>${escaped(mark.text)}</text>`
    }
    case 'image':
      return `<image x="${mark.x}" y="${mark.y}" width="${mark.width}" height="${mark.height}" preserveAspectRatio="none" href="${await mark.raster.pngUrl()}"/>`
  }
}

function paint(kind: 'fill' | 'stroke', { colour, alpha }: Ink): string {
  const solid = ` ${kind}="rgb(${colour.join(',')})"`
  return alpha === 1 ? solid : `${solid} ${kind}-opacity="${short(alpha)}"`
}

function shape(parts: readonly PathPart[]): string {
  const [first] = parts
  if (parts.length !== 1 || first[0] !== 'O') return `path d="${path(parts)}"`
  const [, x, y, radius] = first
  return `circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}"`
}

const path = (parts: readonly PathPart[]) =>
  withoutCircles(parts)
    .map(([letter, ...numbers]) => letter + numbers.map(short).join(' '))
    .join('')

const short = (value: number) => String(Math.round(value * 1000) / 1000)

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
