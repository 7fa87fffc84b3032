import { describe, expect, test } from 'vitest'
import { nsideToNpix, pix2ang, pix2vec, reorder, UNSEEN } from '#shared/healpix/index.ts'
import {
  applyMatrix,
  directionVector,
  FRAMES,
  frameRotation,
  parseFrame,
  polarisationAngleChange,
  rotateFrame,
  rotateMap,
  rotatePolarisationMaps,
  transpose,
  vectorDirection,
} from '#shared/sky/index.ts'
import { referenceValues } from './fixture.ts'

const reference = referenceValues()

function separation(lonA: number, latA: number, lonB: number, latB: number): number {
  const a = directionVector(lonA, latA)
  const b = directionVector(lonB, latB)
  return 2 * Math.asin(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2)
}

/**
 * Radians. Galactic, J2000 and B1950 are the same rotations as astropy's. Its ecliptic also has the
 * 0.02 arcsec (1e-7 rad) between the dynamical and the FK5 equinox, which maps never resolve.
 */
function tolerance(from: string, to: string): number {
  return from === 'ecliptic' || to === 'ecliptic' ? 2e-7 : 1e-9
}

describe('frames against astropy', () => {
  test('positions', () => {
    for (const row of reference.frames) {
      const { lonDeg, latDeg } = rotateFrame(row.lon, row.lat, row.from, row.to)
      const label = `${row.from} ${row.lon} ${row.lat} to ${row.to}`
      expect(separation(lonDeg, latDeg, row.new_lon, row.new_lat), label).toBeLessThan(
        tolerance(row.from, row.to),
      )
      expect(lonDeg).toBeGreaterThanOrEqual(0)
      expect(lonDeg).toBeLessThan(360)
    }
  })

  test('polarisation angle changes', () => {
    for (const row of reference.frames) {
      const psi = polarisationAngleChange(row.lon, row.lat, row.from, row.to)
      const difference = Math.abs(Math.sin(psi - row.psi))
      // Directions turn faster the closer a point is to a pole of either frame.
      const nearest = Math.min(
        Math.cos((row.lat * Math.PI) / 180),
        Math.cos((row.new_lat * Math.PI) / 180),
      )
      const label = `${row.from} ${row.lon} ${row.lat} to ${row.to}`
      expect(difference, label).toBeLessThan((2 * tolerance(row.from, row.to)) / nearest)
    }
  })

  test('matrices of healpy', () => {
    for (const { from, to, matrix } of reference.healpy_frames) {
      const ours = frameRotation(from, to)
      // healpy starts from ICRS for C (0.02 arcsec from FK5) and has the equinox offset above in E.
      matrix.forEach((value, i) => expect(Math.abs(ours[i] - value)).toBeLessThan(2e-7))
    }
  })
})

describe('frames by definition', () => {
  test('the north Galactic pole and the Galactic centre', () => {
    const pole = rotateFrame(0, 90, 'galactic', 'equatorial-B1950')
    expect(pole.lonDeg).toBeCloseTo(192.25, 10)
    expect(pole.latDeg).toBeCloseTo(27.4, 10)
    const celestialPole = rotateFrame(0, 90, 'equatorial-B1950', 'galactic')
    expect(celestialPole.lonDeg).toBeCloseTo(123, 10)
    expect(celestialPole.latDeg).toBeCloseTo(27.4, 10)
    // Zero of longitude at 17h 42.4m, -28 deg 55' (B1950), given to 0.1 minute of time.
    const centre = rotateFrame(0, 0, 'galactic', 'equatorial-B1950')
    expect(centre.lonDeg).toBeCloseTo(265.6, 1)
    expect(centre.latDeg).toBeCloseTo(-28.92, 2)
  })

  test('every rotation is orthogonal, and there and back is the identity', () => {
    for (const from of FRAMES) {
      for (const to of FRAMES) {
        const matrix = frameRotation(from, to)
        const back = frameRotation(to, from)
        matrix.forEach((value, i) => expect(transpose(back)[i]).toBeCloseTo(value, 14))
        const [x, y, z] = applyMatrix(back, applyMatrix(matrix, [0.36, -0.48, 0.8]))
        expect(x).toBeCloseTo(0.36, 14)
        expect(y).toBeCloseTo(-0.48, 14)
        expect(z).toBeCloseTo(0.8, 14)
      }
    }
  })

  test('a polarisation direction comes back', () => {
    for (const [lon, lat] of [
      [10, 20],
      [200, -70],
      [300, 89],
    ]) {
      const moved = rotateFrame(lon, lat, 'galactic', 'ecliptic')
      const there = polarisationAngleChange(lon, lat, 'galactic', 'ecliptic')
      const back = polarisationAngleChange(moved.lonDeg, moved.latDeg, 'ecliptic', 'galactic')
      expect(there + back).toBeCloseTo(0, 10)
    }
  })
})

describe('parseFrame', () => {
  test.each([
    [{ coordsys: 'G' }, 'galactic'],
    [{ coordsys: ' Galactic ' }, 'galactic'],
    [{ coordsys: 'GAL', equinox: 2000 }, 'galactic'],
    [{ coordsys: 'GALACTIC', radesys: 'FK5' }, 'galactic'],
    [{ coordsys: 'C' }, 'equatorial-J2000'],
    [{ coordsys: 'Q' }, 'equatorial-J2000'],
    [{ coordsys: 'CEL' }, 'equatorial-J2000'],
    [{ coordsys: 'CELESTIAL2000' }, 'equatorial-J2000'],
    [{ coordsys: 'EQUATORIAL', equinox: 1950 }, 'equatorial-B1950'],
    [{ coordsys: 'EQU', radesys: 'FK4' }, 'equatorial-B1950'],
    [{ coordsys: 'C', radesys: 'ICRS', equinox: 2000 }, 'equatorial-J2000'],
    [{ coordsys: 'C', equinox: 'B1950.0' }, 'equatorial-B1950'],
    [{ coordsys: 'C', equinox: 'J2000' }, 'equatorial-J2000'],
    [{ coordsys: 'C B1950' }, 'equatorial-B1950'],
    [{ coordsys: 'E' }, 'ecliptic'],
    [{ coordsys: 'Ecliptic', equinox: 2000 }, 'ecliptic'],
    [{ coordsys: 'ICRS' }, 'equatorial-J2000'],
    [{ coordsys: 'FK4' }, 'equatorial-B1950'],
    [{ ctype: 'RA--', equinox: 1950 }, 'equatorial-B1950'],
    [{ ctype: 'DEC--CAR', equinox: 2000 }, 'equatorial-J2000'],
    [{ ctype: 'GLON-CAR' }, 'galactic'],
    [{ ctype: 'ELAT-CAR' }, 'ecliptic'],
  ] as const)('%o is %s', (words, frame) => expect(parseFrame(words)).toBe(frame))

  test.each([
    {},
    { coordsys: 'unknown' },
    { coordsys: '' },
    { coordsys: 'G2' },
    { coordsys: 'unknown', ctype: 'GLON-CAR' },
    { equinox: 2000 },
    { coordsys: 'C', equinox: 1975 },
    { coordsys: 'C', radesys: 'FK4', equinox: 2000 },
    { coordsys: 'C', radesys: 'GAPPT' },
    { coordsys: 'E', equinox: 1950 },
    { ctype: 'FREQ' },
  ])('%o names no frame: it must be asked', (words) => expect(parseFrame(words)).toBeUndefined())
})

describe('maps in another frame', () => {
  const { nside, from, to, pixels, values } = reference.rotated_map
  const smooth = Float64Array.from({ length: nsideToNpix(nside) }, (_, pix) => {
    const { theta, phi } = pix2ang(nside, 'RING', pix)
    return (
      3 +
      Math.cos(theta) +
      0.5 * Math.sin(theta) ** 2 * Math.cos(2 * phi) +
      0.2 * Math.sin(3 * theta) * Math.sin(phi)
    )
  })

  test('a scalar map as healpy rotate_map_pixel', () => {
    const rotated = rotateMap(smooth, 'RING', from, to)
    // Interpolation multiplies the 0.02 arcsec between the two C frames by slopes of order 1.
    pixels.forEach((pix, i) => expect(Math.abs(rotated[pix] - values[i])).toBeLessThan(1e-6))
    const nested = rotateMap(reorder(smooth, 'RING', 'NESTED'), 'NESTED', from, to)
    const back = reorder(Float64Array.from(nested), 'NESTED', 'RING')
    back.forEach((value, pix) => expect(value).toBeCloseTo(rotated[pix], 12))
  })

  test('bad pixels are not spread: NaN where they carry most of the weight', () => {
    const holed = Float64Array.from(smooth, (value, pix) => (pix % 3 === 0 ? UNSEEN : value))
    const rotated = rotateMap(holed, 'RING', from, to)
    const whole = rotateMap(smooth, 'RING', from, to)
    const good = rotated.filter((value) => !Number.isNaN(value)).length
    expect(good).toBeGreaterThan(0.6 * smooth.length)
    expect(good).toBeLessThan(smooth.length)
    rotated.forEach((value, pix) => {
      // What is left of the four neighbours is at most a pixel (0.064 rad) away.
      if (!Number.isNaN(value)) expect(Math.abs(value - whole[pix])).toBeLessThan(0.15)
    })
  })

  test('a polarisation pattern fixed to the sky comes out as itself, also near the poles', () => {
    // Directions toward one fixed point of the sky: angle and amplitude are known in every frame.
    const pattern = (frame: typeof from, resolution: number) => {
      const target = rotateFrame(30, 40, 'galactic', frame)
      const [x, y, z] = directionVector(target.lonDeg, target.latDeg)
      const q = new Float64Array(nsideToNpix(resolution))
      const u = new Float64Array(q.length)
      for (let pix = 0; pix < q.length; pix++) {
        const v = pix2vec(resolution, 'RING', pix)
        const rho = Math.hypot(v[0], v[1])
        const toEast = (-v[1] * x + v[0] * y) / rho
        const toNorth = (-v[2] * (v[0] * x + v[1] * y)) / rho + rho * z
        // sin^2 of the distance to the point: smooth, with the spin-2 shape there.
        q[pix] = toNorth ** 2 - toEast ** 2
        u[pix] = 2 * toNorth * toEast
      }
      return { q, u }
    }
    const worst = (resolution: number) => {
      const { q, u } = pattern('equatorial-J2000', resolution)
      const expected = pattern('galactic', resolution)
      const rotated = rotatePolarisationMaps(q, u, 'RING', 'equatorial-J2000', 'galactic')
      const errors = rotated.q.map((value, pix) =>
        Math.hypot(value - expected.q[pix], rotated.u[pix] - expected.u[pix]),
      )
      return Math.max(...errors)
    }
    const [coarse, fine] = [worst(16), worst(64)]
    // Rings around the poles have few pixels, so bilinear interpolation is of first order there, with
    // pixels of 0.016 rad. Without the transport the error would be of order 1 at every resolution.
    expect(fine).toBeLessThan(2e-3)
    expect(coarse / fine).toBeGreaterThan(3)
    const source = pattern(from, 64)
    expect(() => rotatePolarisationMaps(source.q, [1], 'RING', from, to)).toThrow(/Q has 49152/)
  })

  test('vectors and angles agree', () => {
    const { lonDeg, latDeg } = vectorDirection(directionVector(-30, 60))
    expect(lonDeg).toBeCloseTo(330, 12)
    expect(latDeg).toBeCloseTo(60, 12)
    expect(vectorDirection([1, -1e-20, 0]).lonDeg).toBeLessThan(360)
  })
})
