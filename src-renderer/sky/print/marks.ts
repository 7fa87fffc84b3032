/** What a page consists of, in CSS pixels from its upper left corner, in the order of drawing. */
export interface Page {
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
}

export interface Ink {
  /** Red, green, blue, 0 to 255. */
  readonly colour: readonly [number, number, number]
  /** 0 to 1. */
  readonly alpha: number
}

export type LinePart =
  | readonly ['M' | 'L', number, number]
  | readonly ['C', number, number, number, number, number, number]
  | readonly ['Z']

/** Or a whole circle: its middle and its radius. */
export type PathPart = LinePart | readonly ['O', number, number, number]

/** Pixels that a page shows as a picture, opaque. */
export interface Raster {
  readonly width: number
  readonly height: number
  /** Four bytes to a pixel, from the upper left corner. */
  rgba(): Uint8ClampedArray
  /** The same as a PNG, as a data URL. */
  pngUrl(): Promise<string>
}

export type Mark = (
  | { readonly kind: 'fill'; readonly path: readonly PathPart[]; readonly ink: Ink }
  | {
      readonly kind: 'stroke'
      readonly path: readonly PathPart[]
      readonly ink: Ink
      readonly width: number
      readonly round: boolean
    }
  | {
      readonly kind: 'text'
      readonly text: string
      readonly x: number
      /** Of the base line. */
      readonly y: number
      readonly size: number
      readonly align: 'left' | 'center' | 'right'
      readonly width: number
      readonly ink: Ink
      /** Width of an outline in place of the letters; null: the letters. */
      readonly outline: number | null
    }
  | {
      readonly kind: 'image'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly raster: Raster
    }
) & {
  /** What the mark is cut to; null: the page. */
  readonly clip: readonly PathPart[] | null
}

/** Marks that follow one another and are cut to the same part of the page, so that it is written once for all of them. */
export function marksByClip(marks: readonly Mark[]): Mark[][] {
  const groups: Mark[][] = []
  for (const mark of marks) {
    const last = groups.at(-1)
    if (last && last[0].clip === mark.clip) last.push(mark)
    else groups.push([mark])
  }
  return groups
}
