import type { ColourScale } from './colour-scale.ts'

/** Types between the sky map component and whoever shows it. Angles in degrees, Galactic. */

/** How values become positions on the colour map. `equalised` gives every colour the same sky area. */
export const skyNorms = ['linear', 'log', 'symlog', 'asinh', 'sqrt', 'equalised'] as const
export type SkyNorm = (typeof skyNorms)[number]
/** Of quantities of both signs. */
export const signedNorms = ['linear', 'symlog', 'asinh', 'equalised'] as const

export const projections = ['mollweide', 'orthographic', 'gnomonic', 'plate-carree'] as const
export type SkyProjection = (typeof projections)[number]

export type SkyTheme = 'dark' | 'light'

/** Lower and upper value of the colour scale, in the unit of the map. */
export type ColourLimits = readonly [number, number]

/** Which part of the sky is shown; shared by linked maps. Plain numbers, so that a session can keep it. */
export interface SkyViewState {
  /** Longitude in the centre. */
  readonly lonDeg: number
  /** Latitude in the centre. */
  readonly latDeg: number
  /** Turn of the sky about the centre, positive clockwise in the picture (as healpy's rot). */
  readonly rollDeg: number
  /** 1 shows the whole map (or the whole globe). */
  readonly zoom: number
  /** Middle of the picture in the plane of the projection, whose size shared/sky says, y up. */
  readonly panX: number
  readonly panY: number
}

/** The whole sky with the Galactic centre in the middle. */
export const wholeSky: SkyViewState = {
  lonDeg: 0,
  latDeg: 0,
  rollDeg: 0,
  zoom: 1,
  panX: 0,
  panY: 0,
}

export interface SkyDirection {
  readonly lonDeg: number
  readonly latDeg: number
}

/** Sources on the sky with a value each. */
export interface SkyPoints {
  /** [point][2] Galactic l, b. */
  readonly directionsDeg: Float64Array
  /** NaN where there is none. */
  readonly values: Float32Array
}

/** The pixel under a click. `value` is the float32 value of the map; NaN where the map has none. */
export interface SkyPick extends SkyDirection {
  /** RING pixel number, or the number of the source (from 0). */
  readonly pixel: number
  readonly value: number
}

/** Pixels or sources to highlight, and how strongly: 0 not at all, 255 most. */
export interface SkyMarks {
  /** 0: one strength per source of a catalogue. */
  readonly nside: number
  readonly strength: Uint8Array
}

/** Polarisation on a coarse map, RING: drawn as lines. */
export interface SkyVectors {
  readonly nside: number
  /** NaN where there is none; U in the IAU sense. */
  readonly q: Float32Array
  readonly u: Float32Array
  /** Polarised intensity of a line as long as the lines are apart. */
  readonly full: number
  /** 0: along the electric vector; 90: along the magnetic field across the line of sight. */
  readonly turnDeg: number
  /** Factor on the length of all lines. */
  readonly length: number
}

/** The polarisation as lines all over the map, made by line integral convolution. */
export interface SkyTexture {
  readonly nside: number
  /** [pixel][Q, U] in RING order, U in the IAU sense; both 0 where there are none. */
  readonly qu: Float32Array
  /** Polarised intensity of lines in full contrast. */
  readonly full: number
  /** Across the electric vector, along the magnetic field in the plane of the sky. */
  readonly across: boolean
}

/** Where a map is not used, RING. The array changes in place; every change makes a new object with the next number. */
export interface SkyMask {
  readonly nside: number
  /** 1 used, 0 masked. */
  readonly used: Uint8Array
  readonly revision: number
  /** Which pixels have changed since the revision before, from the first to before the last. */
  readonly changed: readonly [number, number]
}

/** What is being drawn on the sky by the pointer. */
export type SkyDrawing =
  | { readonly kind: 'disc'; readonly radiusDeg: number }
  | { readonly kind: 'polygon'; readonly corners: readonly SkyDirection[] }

/** A step of drawing: the pointer goes down, moves, goes up; or a figure is ended, or loses its last corner. */
export interface SkyStroke {
  readonly phase: 'start' | 'move' | 'end' | 'close' | 'back'
  readonly at: SkyDirection | null
}

/** A catalogue over a map. */
export interface SkyOverlay {
  readonly points: SkyPoints
  /** What it is called. */
  readonly name: string
  readonly quantity: string
  readonly unit: string
  /** null: in the colours of the map, whose unit it has. */
  readonly colours: OverlayColours | null
}

/** Colours of a catalogue that are not those of the map below it. */
export interface OverlayColours {
  readonly scale: ColourScale
  readonly colourMap: string
  readonly symmetric: boolean
  /** Whether their bar is below the map on the screen too, or only in saved pictures, since another map has it. */
  readonly barOnScreen: boolean
}

export interface SkyMapProps {
  /** RING order, Galactic, 12 nside^2 values, NaN where there is none; null while there is no map. */
  readonly pixels: Float32Array | null
  readonly nside: number
  /** In place of pixels: sources, drawn as circles in the colours of their values. */
  readonly points?: SkyPoints | null
  /** Sources over the pixels. */
  readonly overlay?: SkyOverlay | null
  /** What the map is: Data, Model, Residual. */
  readonly title: string
  /** Where it comes from: the file or run. */
  readonly source: string
  readonly unit: string
  /** Name of the quantity, under the colour bar. */
  readonly quantity: string
  readonly norm: SkyNorm
  /** null: from `percentile`. */
  readonly limits: ColourLimits | null
  /** Central part of the values that automatic limits show, in percent: 99.5 cuts 0.25 % at either end. */
  readonly percentile: number
  /** A name of `COLOUR_MAPS` in shared/sky. */
  readonly colourMap: string
  readonly projection: SkyProjection
  /** Limits symmetric about zero, and the sign shown on positive values. */
  readonly symmetric: boolean
  readonly view: SkyViewState
  readonly cursor: SkyDirection | null
  readonly theme: SkyTheme
  /** Drawn in the colour of the line of sight over the map. */
  readonly marks?: SkyMarks | null
  /** The chosen line of sight. */
  readonly sightline?: SkyDirection | null
  readonly vectors?: SkyVectors | null
  readonly texture?: SkyTexture | null
  /** Drawn as a veil over what is masked. */
  readonly mask?: SkyMask | null
  /** With it, the pointer draws; the map is moved with the middle button or Shift. */
  readonly drawing?: SkyDrawing | null
  /** Shows how the values are spread, with the limits as handles. */
  readonly histogram?: boolean
  /** A newer map is being computed. */
  readonly busy: boolean
}

/** What a template reference to SkyMap offers. */
export interface SkyMapExposed {
  /** The map with title and colour bar on white, for print. */
  toPng(): Promise<Blob>
  /** The same as vectors and text, with the map as a picture in it. */
  toDocument(format: 'svg' | 'pdf'): Promise<Blob>
}
