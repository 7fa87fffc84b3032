import { glFinished } from './gl-finished.ts'
import { MapPrograms } from './map-programs.ts'
import { HealpixTexture, nearest } from './healpix-texture.ts'
import { LineTexture, linesUnit } from './line-texture.ts'
import type { LineQuality } from './line-texture.ts'
import { sampleCounts } from './sample-pace.ts'
import type { ColourScale } from './colour-scale.ts'
import type { MapShaderChoice } from './healpix-shader.ts'
import type { SkyMarks, SkyMask, SkyNorm, SkyProjection, SkyTexture } from './types.ts'
import type { SkyGeometry } from './view.ts'

/** A colour, 0 to 255. */
export type Rgb = readonly [number, number, number]

/** Texture units of the map's shader. */
const units = { pixels: 0, colours: 1, edges: 2, marks: 3, lines: linesUnit, mask: 6 } as const

/** Pixels that are uploaded at once: 4 MB. Whole rows of any texture. */
const pieceLength = 2 ** 20

interface DrawOptions {
  /** Without marks and mask. */
  readonly print?: boolean
  /** Of the lines of the polarisation. */
  readonly quality?: LineQuality
  /** Samples in a pixel of the screen: 1 or 4. */
  readonly samples?: number
}

/** What a `MapRenderer` draws with; null where there is no WebGL 2. */
export const mapContext = (canvas: HTMLCanvasElement): WebGL2RenderingContext | null =>
  canvas.getContext('webgl2', {
    antialias: false,
    depth: false,
    powerPreference: 'high-performance',
  })

/** Draws one HEALPix map into one WebGL2 canvas. Nothing is allocated while drawing. */
export class MapRenderer {
  private readonly gl: WebGL2RenderingContext
  private readonly programs: MapPrograms
  private readonly vertexArray: WebGLVertexArrayObject
  private readonly colours: WebGLTexture
  private readonly edges: WebGLTexture
  private readonly pixels: HealpixTexture
  private readonly marks: HealpixTexture
  private readonly mask: HealpixTexture
  private readonly matrix = new Float32Array(9)
  private scale: ColourScale | null = null
  private bad: Rgb = [0, 0, 0]
  private markColour: Rgb = [0, 0, 0]
  private maskColour: Rgb = [0, 0, 0]
  private lines: LineTexture | null = null
  private shownMask: SkyMask | null = null
  private isEmpty = true

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
    this.programs = new MapPrograms(gl, units)
    this.vertexArray = gl.createVertexArray()
    this.colours = table(gl, units.colours, gl.RGBA8)
    this.edges = table(gl, units.edges, gl.R32F)
    this.pixels = new HealpixTexture(gl, units.pixels, 'bits')
    this.marks = new HealpixTexture(gl, units.marks, 'bytes')
    this.mask = new HealpixTexture(gl, units.mask, 'bytes')
    gl.bindVertexArray(this.vertexArray)
  }

  /**
   * Uploads a map of 12 nside^2 RING values; of the same nside as before, into the same texture. Every turn of the generator is a
   * piece that does not hold up a frame; the map may be drawn after the last.
   * Throws RangeError where the graphics device cannot hold the map.
   */
  *setPixels(values: Float32Array, nside: number): Generator<void> {
    const count = 12 * nside * nside
    if (values.length !== count) {
      throw new RangeError(`A map of NSIDE ${nside} has ${count} pixels, not ${values.length}.`)
    }
    this.pixels.allocate(nside)
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
    for (let from = 0; from < count; from += pieceLength) {
      this.pixels.upload(bits, from, Math.min(count, from + pieceLength))
      if (from + pieceLength < count) yield
    }
  }

  /** Shows nothing until the next map. */
  clearPixels(): void {
    this.pixels.clear()
  }

  /** Highlights pixels of a map; null: none. */
  setMarks(marks: SkyMarks | null, colour: Rgb): void {
    if (marks && marks.nside > 0) {
      this.marks.allocate(marks.nside)
      this.marks.upload(marks.strength)
    } else this.marks.clear()
    this.markColour = colour
  }

  /** Veils what is masked; of the revision after the one shown, only what has changed is uploaded. */
  setMask(mask: SkyMask | null, hatching: Rgb): void {
    if (mask) {
      const before = this.shownMask
      const follows = before?.used === mask.used && before.revision === mask.revision - 1
      this.mask.allocate(mask.nside)
      if (follows) this.mask.upload(mask.used, ...mask.changed)
      else if (before !== mask) this.mask.upload(mask.used)
    } else this.mask.clear()
    this.shownMask = mask
    this.maskColour = hatching
  }

  /** Draws the polarisation as lines over the map. Throws an Error if its shader does not compile. */
  setTexture(texture: SkyTexture | null): void {
    if (texture) this.lines ??= new LineTexture(this.gl)
    this.lines?.set(texture)
  }

  get hasTexture(): boolean {
    return this.lines?.isOn ?? false
  }

  /** `colourMap`: 256 colours as RGB bytes. */
  setColourMap(colourMap: Uint8Array): void {
    const { gl } = this
    const rgba = new Uint8Array(1024)
    for (let i = 0; i < 256; i++) {
      rgba.set(colourMap.subarray(3 * i, 3 * i + 3), 4 * i)
      rgba[4 * i + 3] = 255
    }
    this.bindTables()
    gl.activeTexture(gl.TEXTURE0 + units.colours)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 1, gl.RGBA, gl.UNSIGNED_BYTE, rgba)
  }

  setScale(scale: ColourScale, bad: Rgb): void {
    const { gl } = this
    this.scale = scale
    this.bad = bad
    if (scale.edges) {
      this.bindTables()
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 1, gl.RED, gl.FLOAT, scale.edges)
    }
  }

  /** `pixelRatio`: device pixels per CSS pixel of the geometry. Throws an Error with the driver's message if a shader does not compile. */
  draw(
    geometry: SkyGeometry,
    pixelRatio: number,
    { print = false, quality = 'fine', samples = sampleCounts.fine }: DrawOptions = {},
  ): void {
    const { gl, pixels, scale } = this
    const hasMap = pixels.nside > 0 && scale !== null
    // A canvas that is drawn to is put on the screen anew, all of it.
    if (!hasMap && this.isEmpty) return
    if (pixels.nside > 0) this.lines?.draw(geometry, pixelRatio, quality)
    const width = gl.drawingBufferWidth
    const height = gl.drawingBufferHeight
    gl.viewport(0, 0, width, height)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    this.isEmpty = !hasMap
    if (!hasMap) return
    const uniforms = this.programs.use(this.choice(scale.kind, geometry.projection, print))
    pixels.bind()
    this.bindTables()
    this.marks.bind()
    this.mask.bind()
    this.lines?.bind()
    gl.uniform1f(uniforms.at('u_linearWidth'), scale.norm.linearWidth ?? 1)
    gl.uniform2f(uniforms.at('u_limits'), scale.limits[0], scale.limits[1])
    setColour(gl, uniforms.at('u_bad'), this.bad)
    setColour(gl, uniforms.at('u_markColour'), this.markColour)
    setColour(gl, uniforms.at('u_maskColour'), this.maskColour)
    gl.uniform1i(uniforms.at('u_markNside'), this.marks.nside)
    gl.uniform1i(uniforms.at('u_markWidth'), this.marks.width)
    gl.uniform1i(uniforms.at('u_maskNside'), this.mask.nside)
    gl.uniform1i(uniforms.at('u_maskWidth'), this.mask.width)
    gl.uniform2f(uniforms.at('u_linesSize'), width, height)
    gl.uniform1f(uniforms.at('u_pixelRatio'), pixelRatio)
    this.matrix.set(geometry.toSky)
    gl.uniform1i(uniforms.at('u_samples'), samples)
    gl.uniform1i(uniforms.at('u_nside'), pixels.nside)
    gl.uniform1i(uniforms.at('u_width'), pixels.width)
    gl.uniformMatrix3fv(uniforms.at('u_rotation'), true, this.matrix)
    // The centre from CSS pixels: the picture stays under the overlay also when the canvas was rounded.
    gl.uniform2f(
      uniforms.at('u_centre'),
      (geometry.port.width / 2) * pixelRatio,
      height - (geometry.port.height / 2) * pixelRatio,
    )
    gl.uniform2f(uniforms.at('u_pan'), geometry.view.panX, geometry.view.panY)
    gl.uniform1f(uniforms.at('u_unitPerPixel'), geometry.unit / pixelRatio)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
  }

  /** Has the shader made, while a map is on its way, that will draw it. */
  prepare(projection: SkyProjection): void {
    if (this.scale) this.programs.prepare(this.choice(this.scale.kind, projection, false))
  }

  private choice(norm: SkyNorm, projection: SkyProjection, print: boolean): MapShaderChoice {
    return {
      projection,
      norm,
      hasMarks: !print && this.marks.nside > 0,
      hasMask: !print && this.mask.nside > 0,
      hasLines: this.hasTexture,
    }
  }

  /** Resolves when the graphics device has drawn everything. */
  finished(): Promise<void> {
    return glFinished(this.gl)
  }

  /** Frees everything, the context included: browsers keep only a few alive. */
  dispose(): void {
    const { gl } = this
    for (const texture of [this.pixels, this.marks, this.mask]) texture.dispose()
    this.lines?.dispose()
    gl.deleteTexture(this.colours)
    gl.deleteTexture(this.edges)
    gl.deleteVertexArray(this.vertexArray)
    this.programs.dispose()
    gl.getExtension('WEBGL_lose_context')?.loseContext()
  }

  /** Leaves the unit of the edges as the active one. */
  private bindTables(): void {
    const { gl } = this
    gl.activeTexture(gl.TEXTURE0 + units.colours)
    gl.bindTexture(gl.TEXTURE_2D, this.colours)
    gl.activeTexture(gl.TEXTURE0 + units.edges)
    gl.bindTexture(gl.TEXTURE_2D, this.edges)
  }
}

function setColour(
  gl: WebGL2RenderingContext,
  place: WebGLUniformLocation | null,
  [red, green, blue]: Rgb,
): void {
  gl.uniform3f(place, red / 255, green / 255, blue / 255)
}

/** A row of 256 texels. */
function table(gl: WebGL2RenderingContext, unit: number, format: number): WebGLTexture {
  const texture = gl.createTexture()
  gl.activeTexture(gl.TEXTURE0 + unit)
  gl.bindTexture(gl.TEXTURE_2D, texture)
  nearest(gl)
  gl.texStorage2D(gl.TEXTURE_2D, 1, format, 256, 1)
  return texture
}
