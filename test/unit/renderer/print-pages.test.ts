import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { drawOverlay } from '#renderer/sky/graticule.ts'
import { printPalette } from '#renderer/sky/palette.ts'
import { pagePdf } from '#renderer/sky/print/pdf.ts'
import { textRuns } from '#renderer/sky/print/pdf-text.ts'
import { Recorder } from '#renderer/sky/print/recorder.ts'
import { pageSvg } from '#renderer/sky/print/svg.ts'
import { wholeSky } from '#renderer/sky/types.ts'
import { skyGeometry } from '#renderer/sky/view.ts'
import type { Raster } from '#renderer/sky/print/marks.ts'

const raster: Raster = {
  width: 2,
  height: 1,
  rgba: () => Uint8ClampedArray.of(1, 2, 3, 255, 250, 251, 252, 255),
  pngUrl: () => Promise.resolve('data:image/png;base64,AAAA'),
}

/** A whole sky of 600 x 300 px at (12, 36), as pictures for print have it. */
function page() {
  const pen = new Recorder((text) => 6 * text.length)
  pen.save()
  pen.translate(12, 36)
  pen.image(raster, 0, 0, 600, 300)
  const geometry = skyGeometry('mollweide', wholeSky, { width: 600, height: 300 })
  drawOverlay(pen, { geometry, palette: printPalette(false), cursor: null, hasMap: true })
  pen.restore()
  pen.font = '400 13px Helvetica'
  pen.textAlign = 'right'
  pen.fillText('a < b & σ', 612, 24)
  return { width: 624, height: 400, marks: pen.marks }
}

/** What the first stream of a PDF draws. */
function contentOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  const found = /\/Length (\d+) >>\nstream\n/.exec(text)
  if (!found) throw new Error('There is no stream.')
  const from = found.index + found[0].length
  return inflateSync(bytes.subarray(from, from + Number(found[1]))).toString('latin1')
}

describe('a page of vectors', () => {
  it('has labels where the lines of longitude and latitude are', () => {
    const letters = page().marks.filter((mark) => mark.kind === 'text' && mark.outline === null)
    const label = (text: string) =>
      letters.find((mark) => mark.kind === 'text' && mark.text === text)
    // The centre is at (300, 150) of the map: longitudes stand 15 px below the equator.
    expect(label('0°')).toMatchObject({ x: 312, y: 36 + 150 + 15, align: 'center' })
    // 60 degrees are a third of the half width of 297 px (1.5 px of margin on a map twice as wide as high).
    expect(label('60°')).toMatchObject({ x: expect.closeTo(312 - 297 / 3, 6) })
    expect(label('+30°')).toMatchObject({ x: 316, align: 'left' })
  })

  it('keeps shifts, colours with their transparency, and what cuts them', () => {
    const pen = new Recorder(() => 0)
    pen.fillStyle = 'rgb(255 255 255 / 38%)'
    pen.globalAlpha = 0.5
    pen.save()
    pen.translate(10, 20)
    pen.beginPath()
    pen.rect(0, 0, 4, 4)
    pen.clip()
    pen.fillRect(1, 1, 2, 2)
    pen.restore()
    pen.fillStyle = '#0a0B0c'
    pen.globalAlpha = 1
    pen.fillRect(0, 0, 1, 1)
    const [cut, whole] = pen.marks
    expect(cut).toMatchObject({ ink: { colour: [255, 255, 255], alpha: 0.19 } })
    expect(cut.clip?.[0]).toEqual(['M', 10, 20])
    expect(whole).toMatchObject({ ink: { colour: [10, 11, 12], alpha: 1 }, clip: null })
  })

  it('draws an ellipse through its axes', () => {
    const pen = new Recorder(() => 0)
    pen.beginPath()
    pen.ellipse(10, 20, 4, 2, 0, 0, 2 * Math.PI)
    pen.fill()
    const [mark] = pen.marks
    const ends = mark.kind === 'fill' ? mark.path.slice(1).map((part) => part.slice(-2)) : []
    const expected = [[10, 22], [6, 20], [10, 18], [14, 20]] // prettier-ignore
    ends.forEach((end, i) => {
      expect(end[0]).toBeCloseTo(expected[i][0], 9)
      expect(end[1]).toBeCloseTo(expected[i][1], 9)
    })
    expect(ends).toHaveLength(4)
  })

  it('has circles as circles in an SVG, and as curves in a PDF', async () => {
    const pen = new Recorder(() => 0)
    pen.translate(10, 20)
    pen.rect(-10, -20, 50, 50)
    pen.clip()
    for (const radius of [4, 3]) {
      pen.beginPath()
      pen.arc(5, 6, radius, 0, 2 * Math.PI)
      pen.fill()
    }
    // A line that goes on after a whole turn.
    pen.lineTo(0, 0)
    pen.stroke()
    const marks = { width: 50, height: 50, marks: pen.marks }
    const svg = await pageSvg(marks)
    expect(svg).toContain('<circle cx="15" cy="26" r="4" fill="rgb(0,0,0)"/>')
    expect(svg.match(/<circle /g)).toHaveLength(2)
    // What all of them are cut to is told once.
    expect(svg.match(/clip-path="/g)).toHaveLength(1)
    expect(svg).toMatch(/<path d="M18 26C18 27\.657 16\.657 29 15 29C[^Z]*ZL10 20" fill="none"/)
    const content = contentOf(await pagePdf(marks))
    expect(content.match(/ W n/g)).toHaveLength(1)
    expect(content).toMatch(/rg 19 26 m 19 28\.209 17\.209 30 15 30 c .* h f Q/)
    expect(content.split(/\s/).filter((word) => word === 'q')).toHaveLength(4)
    expect(content.split(/\s/).filter((word) => word === 'Q')).toHaveLength(4)
  })

  it('is an SVG with the map in it', async () => {
    const svg = await pageSvg(page())
    expect(svg).toContain('viewBox="0 0 624 400"')
    expect(svg).toContain('<image x="12" y="36" width="600" height="300"')
    expect(svg).toContain('text-anchor="end"')
    expect(svg).toContain('>a &lt; b &amp; σ</text>')
    expect(svg).toMatch(/<text x="312" y="201"[^>]*text-anchor="middle"[^>]*>0°<\/text>/)
    expect(svg).not.toMatch(/NaN|undefined/)
  })

  it('is a PDF whose table says where its objects begin, and whose picture has the colours', async () => {
    const bytes = await pagePdf(page())
    const text = Buffer.from(bytes).toString('latin1')
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1])
    expect(text.slice(start, start + 5)).toBe('xref\n')
    const rows = text.slice(start).match(/\d{10} \d{5} [nf] \n/g) ?? []
    expect(rows).toHaveLength(8)
    rows.slice(1).forEach((row, i) => {
      const at = Number(row.slice(0, 10))
      expect(text.slice(at, at + 8)).toBe(`${i + 1} 0 obj\n`)
    })
    // 0.75 points to a pixel.
    expect(text).toContain('/MediaBox [0 0 468 300]')
    const inflated = [...text.matchAll(/\/Length (\d+) >>\nstream\n/g)].map((found) => {
      const from = found.index + found[0].length
      expect(text.slice(from + Number(found[1])).startsWith('\nendstream')).toBe(true)
      return inflateSync(bytes.subarray(from, from + Number(found[1])))
    })
    expect([...inflated[1]]).toEqual([1, 2, 3, 250, 251, 252])
    const content = inflated[0].toString('latin1')
    expect(content.startsWith('0.75 0 0 -0.75 0 300 cm\n')).toBe(true)
    expect(content).toContain('600 0 0 -300 12 336 cm /I0 Do')
    // Nine letters of 6 px, which end at 612 px.
    expect(content).toContain('1 0 0 -1 558 24 Tm')
    expect(content).not.toMatch(/NaN|undefined|e-\d/)
  })

  it('writes units with the fonts of a PDF', () => {
    expect(textRuns('−2 rad m⁻²')).toEqual([
      { font: 'Symbol', level: 0, codes: [0x2d] },
      { font: 'Helvetica', level: 0, codes: [...'2 rad m'].map((one) => one.charCodeAt(0)) },
      { font: 'Symbol', level: 1, codes: [0x2d] },
      { font: 'Helvetica', level: 1, codes: [0x32] },
    ])
    const codes = (text: string) => textRuns(text).flatMap((run) => run.codes)
    expect(codes('σµ…\u202f漢')).toEqual([0x73, 0xb5, 0x85, 0x20, 0x3f])
    expect(codes('αΩχψ')).toEqual([...'aWcy'].map((one) => one.charCodeAt(0)))
  })
})
