import { describe, expect, it } from 'vitest'
import { printPalette } from '#renderer/sky/palette.ts'
import { Recorder } from '#renderer/sky/print/recorder.ts'
import { drawSliceOverlay } from '#renderer/volume/slice-overlay.ts'
import { spiralArms } from '#renderer/volume/spiral-arms.ts'
import { drawVolumeOverlay } from '#renderer/volume/volume-overlay.ts'
import { pinholeCamera } from '#test/tools/camera.ts'
import type { Mark, PathPart } from '#renderer/sky/print/marks.ts'
import type { OverlayPen } from '#renderer/volume/overlay-marks.ts'
import type { VolumeOverlayName } from '#renderer/volume/settings.ts'
import type { SliceLayout } from '#renderer/volume/slice-layout.ts'
import type { Vector3 } from '#renderer/volume/types.ts'

const halfSizeKpc: Vector3 = [20, 16, 5]
/** Off every axis, so that a coordinate in the place of another is seen. */
const observerKpc: Vector3 = [-8.5, 3, 1]
const palette = printPalette(false)
const white = [255, 255, 255]

/** A pen that keeps marks, dashed lines as whole ones. */
class OverlayRecorder extends Recorder implements OverlayPen {
  setLineDash(): void {}
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.beginPath()
    this.rect(x, y, width, height)
    this.stroke()
  }
}
type Place = { readonly x: number; readonly y: number }

/** Points that a path goes through. */
const pointsOf = (path: readonly PathPart[]): Place[] =>
  path.flatMap((part) => {
    const [x, y] = part.slice(part[0] === 'C' ? -2 : 1)
    return typeof x === 'number' && typeof y === 'number' ? [{ x, y }] : []
  })
const near = (a: Place, b: Place) => Math.hypot(a.x - b.x, a.y - b.y) < 1e-6
const passes = (mark: Mark, place: Place) =>
  mark.kind === 'stroke' && pointsOf(mark.path).some((point) => near(point, place))

/** Middles of the dots of the Sun, which nothing else has. */
const suns = (marks: readonly Mark[]) =>
  marks.flatMap((mark) => {
    if (mark.kind !== 'fill' || mark.path.length !== 1) return []
    const [letter, x, y, radius] = mark.path[0]
    if (letter !== 'O' || radius !== 1.5) return []
    expect(mark.ink).toEqual({ colour: white, alpha: 1 })
    return [{ x, y }]
  })
/** Middles of the white crosses of the Galactic centre: two strokes of 10 px across. */
const crosses = (marks: readonly Mark[]) =>
  marks.flatMap((mark) => {
    if (mark.kind !== 'stroke' || mark.path.length !== 4 || mark.width !== 1.5) return []
    const [a, b, c, d] = pointsOf(mark.path)
    const isCross = b.x - a.x === 10 && b.y - a.y === 10 && d.x - c.x === 10 && c.y - d.y === 10
    return isCross ? [{ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }] : []
  })
const words = (marks: readonly Mark[], text: string) =>
  marks.find((mark) => mark.kind === 'text' && mark.text === text && mark.outline === null)

const texts = (marks: readonly Mark[]) => marks.map((mark) => JSON.stringify(mark))

/**
 * What each overlay draws: what is missing without it. The others stay as they are, and in their order; what two overlays draw belongs to
 * one of them only.
 */
function ownMarks(
  names: readonly VolumeOverlayName[],
  draw: (overlays: readonly VolumeOverlayName[]) => readonly Mark[],
) {
  const all = draw(names)
  const owners = new Set<string>()
  const own = names.map((name): [VolumeOverlayName, Mark[]] => {
    const rest = texts(draw(names.filter((other) => other !== name)))
    const marks = all.filter((mark) => !rest.includes(JSON.stringify(mark)))
    expect(rest).toEqual(texts(all.filter((mark) => !marks.includes(mark))))
    for (const text of texts(marks)) {
      expect(owners).not.toContain(text)
      owners.add(text)
    }
    return [name, marks]
  })
  expect(texts(draw([]))).toEqual(texts(all).filter((text) => !owners.has(text)))
  return new Map(own)
}

describe('over the slices', () => {
  // 10 px to a kpc, with a gap of 8 px.
  const layout: SliceLayout = {
    boxes: {
      xy: { x: 60, y: 20, width: 400, height: 320 },
      xz: { x: 60, y: 348, width: 400, height: 100 },
      yz: { x: 468, y: 20, width: 100, height: 320 },
    },
    corner: { x: 468, y: 348, width: 100, height: 100 },
    left: 60,
    width: 508,
    barTop: 480,
  }
  /** Where a point of the plane is: x to the right, y upwards. */
  const inXy = (x: number, y: number) => ({ x: 260 + 10 * x, y: 180 - 10 * y })
  function draw(overlays: readonly VolumeOverlayName[]) {
    const pen = new OverlayRecorder((text) => 6 * text.length)
    const cursor: Vector3 = [4, -7, 2]
    const rest = { layout, halfSizeKpc, observerKpc, cursor, palette, readout: '' }
    drawSliceOverlay(pen, { ...rest, overlays })
    return pen.marks
  }
  const own = ownMarks(['circles', 'arms', 'marks'], draw)
  const of = (name: VolumeOverlayName) => own.get(name) ?? []

  it('the Sun is where it is seen along z, y and x, and cut to its slice', () => {
    // x and z below; z and y beside, where z grows to the right.
    const beside = { x: 518 + 10 * 1, y: 180 - 10 * 3 }
    expect(suns(of('marks'))).toEqual([inXy(-8.5, 3), { x: 260 - 85, y: 398 - 10 * 1 }, beside])
    expect(words(of('marks'), 'Sun')).toMatchObject({ x: 175 - 8, y: 150 - 8, align: 'right' })
    const rims = of('marks').filter(
      ({ kind, clip }) => kind === 'fill' && clip && near(pointsOf(clip)[0], layout.boxes.yz),
    )
    expect(rims).toHaveLength(1)
  })

  it('the Galactic centre is in the middle, but behind the Sun where that hides it', () => {
    expect(crosses(of('marks'))).toEqual([inXy(0, 0), { x: 260, y: 398 }])
    expect(words(of('marks'), 'GC')).toMatchObject({ x: 268, y: 172, align: 'left' })
  })

  it('circles have their radii', () => {
    const radii = of('circles').map((mark) => {
      if (mark.kind !== 'stroke') throw new Error(mark.kind)
      const distances = pointsOf(mark.path).map(({ x, y }) => Math.hypot(x - 260, y - 180))
      for (const distance of distances) expect(distance).toBeCloseTo(distances[0], 9)
      expect(distances.length).toBeGreaterThan(4)
      return Math.round(distances[0])
    })
    expect(radii).toEqual([50, 100, 150, 200])
  })

  it('arms go through their points, with their names at the outer ends', () => {
    for (const { name, points } of spiralArms) {
      const places = points.map(([x, y]) => inXy(x, y))
      const arm = of('arms').find((mark) => passes(mark, places[0]))
      if (arm?.kind !== 'stroke') throw new Error(`${name} is missing.`)
      expect(arm.path).toHaveLength(places.length)
      pointsOf(arm.path).forEach((point, i) => expect(near(point, places[i])).toBe(true))
      const end = places[places.length - 1]
      expect(words(of('arms'), name)).toMatchObject({
        x: expect.closeTo(end.x, 6),
        y: expect.closeTo(end.y, 6),
      })
    }
    // Line, letters and their halo of each.
    expect(of('arms')).toHaveLength(3 * spiralArms.length)
  })

  it('lines cross where the planes do', () => {
    const cursor = draw([]).find(
      ({ kind, clip }) => kind === 'stroke' && clip && near(pointsOf(clip)[0], layout.boxes.xy),
    )
    if (cursor?.kind !== 'stroke') throw new Error('There are no lines.')
    expect(pointsOf(cursor.path)).toEqual([
      { x: 300.5, y: 20 },
      { x: 300.5, y: 340 },
      { x: 60, y: 250.5 },
      { x: 460, y: 250.5 },
    ])
  })
})

describe('over the volume', () => {
  const [width, height] = [640, 480]
  const orbit = {
    azimuthDeg: -70,
    elevationDeg: 25,
    distanceKpc: 90,
    focalKpc: [1, -2, 0.5],
  } as const
  const { toPicture } = pinholeCamera(orbit, width, height)
  const cursor: Vector3 = [4, -7, 2]
  function draw(overlays: readonly VolumeOverlayName[]) {
    const pen = new OverlayRecorder((text) => 6 * text.length)
    const size = { width, height, halfSizeKpc, observerKpc }
    drawVolumeOverlay(pen, { ...size, orbit, cursor, overlays, palette })
    return pen.marks
  }
  const own = ownMarks(['circles', 'arms', 'marks', 'box', 'cursor'], draw)
  const of = (name: VolumeOverlayName) => own.get(name) ?? []
  const at = ({ x, y }: Place) => ({ x: expect.closeTo(x, 6), y: expect.closeTo(y, 6) })
  /** Whether one of the strokes goes through both points. */
  const hasLine = (marks: readonly Mark[], from: Vector3, to: Vector3) =>
    marks.some((mark) => passes(mark, toPicture(from)) && passes(mark, toPicture(to)))

  it('Sun and Galactic centre are where the camera sees them', () => {
    expect(suns(of('marks'))).toEqual([at(toPicture(observerKpc))])
    expect(crosses(of('marks'))).toEqual([at(toPicture([0, 0, 0]))])
    expect(words(of('marks'), 'Sun')).toBeDefined()
    expect(words(of('marks'), 'GC')).toBeDefined()
  })

  it('circles lie in the plane with their radii', () => {
    const lines = of('circles').filter(({ kind }) => kind === 'stroke')
    expect(lines).toHaveLength(4)
    ;[5, 10, 15, 20].forEach((radius, i) => {
      for (const [x, y] of [
        [radius, 0],
        [0, radius],
        [-radius, 0],
        [0, -radius],
      ])
        // prettier-ignore
        expect(passes(lines[i], toPicture([x, y, 0])), `${radius} kpc`).toBe(true)
      const label = words(of('circles'), radius === 20 ? '20\u00a0kpc' : String(radius))
      const place = toPicture([radius * Math.SQRT1_2, -radius * Math.SQRT1_2, 0])
      expect(label).toMatchObject(at({ x: place.x, y: place.y + 4 }))
    })
  })

  it('arms go through their points, with their names where there is room', () => {
    for (const { name, points } of spiralArms) {
      const arm = of('arms').find((mark) => passes(mark, toPicture(points[0])))
      if (arm?.kind !== 'stroke') throw new Error(`${name} is missing.`)
      pointsOf(arm.path).forEach((point, i) => expect(near(point, toPicture(points[i]))).toBe(true))
      expect(arm.path).toHaveLength(points.length)
      expect(words(of('arms'), name)).toMatchObject(at(toPicture(points[points.length - 1])))
    }
  })

  it('the box has its twelve edges, with numbers along those in front', () => {
    const [x, y, z] = halfSizeKpc
    for (const i of [-1, 1]) {
      for (const j of [-1, 1]) {
        expect(hasLine(of('box'), [-x, i * y, j * z], [x, i * y, j * z])).toBe(true)
        expect(hasLine(of('box'), [i * x, -y, j * z], [i * x, y, j * z])).toBe(true)
        expect(hasLine(of('box'), [i * x, j * y, -z], [i * x, j * y, z])).toBe(true)
      }
    }
    // From x > 0, y < 0, above: the edges of x at y = -16 and of y at x = 20, below.
    const below = ({ x, y }: Place) => at({ x, y: y + 13 })
    expect(words(of('box'), '+10')).toMatchObject(below(toPicture([10, -16, -5])))
    expect(words(of('box'), 'y = 0')).toMatchObject(below(toPicture([20, 0, -5])))
  })

  it('lines cross where the planes do', () => {
    const [x, y, z] = cursor
    expect(of('cursor')).toHaveLength(3)
    expect(hasLine(of('cursor'), [-20, y, z], [20, y, z])).toBe(true)
    expect(hasLine(of('cursor'), [x, -16, z], [x, 16, z])).toBe(true)
    expect(hasLine(of('cursor'), [x, y, -5], [x, y, 5])).toBe(true)
  })

  it('the little axes point as those of the box', () => {
    const rest = draw([])
    // What a small step from the focal point is in the picture, as 28 px to a unit vector across the view.
    const perKpc = height / 2 / Math.tan(Math.PI / 12) / orbit.distanceKpc
    const scale = 28 / perKpc / 1e-4
    const [x, y, z] = orbit.focalKpc
    for (const [name, step] of [
      ['x', toPicture([x + 1e-4, y, z])],
      ['y', toPicture([x, y + 1e-4, z])],
      ['z', toPicture([x, y, z + 1e-4])],
    ] as const) {
      const place = { x: 40 + scale * (step.x - 320), y: height - 40 + scale * (step.y - 240) + 4 }
      expect(words(rest, name)).toMatchObject({
        x: expect.closeTo(place.x, 2),
        y: expect.closeTo(place.y, 2),
      })
    }
  })
})
