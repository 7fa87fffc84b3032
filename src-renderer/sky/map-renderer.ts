import { fragmentShader, normNumber, projectionNumber, vertexShader } from './healpix-shader.ts'
import type { ColourScale } from './colour-scale.ts'
import type { SkyGeometry } from './view.ts'

/** Colour of pixels without a value, 0 to 255. */
export type Rgb = readonly [number, number, number]

/** Draws one HEALPix map into one WebGL2 canvas. Nothing is allocated while drawing. */
export class MapRenderer {
  readonly maximumTextureSize: number
  private readonly gl: WebGL2RenderingContext
  private readonly program: WebGLProgram
  private readonly uniforms: ReturnType<typeof uniformLocations>
  private readonly vertexArray: WebGLVertexArrayObject
  private readonly colours: WebGLTexture
  private readonly edges: WebGLTexture
  private readonly matrix = new Float32Array(9)
  private pixels: WebGLTexture | null = null
  private nside = 0
  private width = 0
  private marks: WebGLTexture
  private markNside = 0
  private markWidth = 1

  /** Throws an Error with the driver's message if the shaders do not compile. */
  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl
    this.maximumTextureSize = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE))
    this.program = link(gl)
    this.uniforms = uniformLocations(gl, this.program)
    this.vertexArray = gl.createVertexArray()
    this.colours = table(gl, gl.RGBA8)
    this.edges = table(gl, gl.R32F)
    this.marks = byteTexture(gl, 1, 1)
    gl.useProgram(this.program)
    gl.bindVertexArray(this.vertexArray)
    gl.uniform1i(this.uniforms.u_pixels, 0)
    gl.uniform1i(this.uniforms.u_colours, 1)
    gl.uniform1i(this.uniforms.u_edges, 2)
    gl.uniform1i(this.uniforms.u_marks, 3)
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
  }

  /**
   * Uploads a map of 12 nside^2 RING values; of the same nside as before, into the same texture.
   * Throws RangeError where the graphics device cannot hold the map.
   */
  setPixels(values: Float32Array, nside: number): void {
    const { gl } = this
    const count = 12 * nside * nside
    if (values.length !== count) {
      throw new RangeError(`A map of NSIDE ${nside} has ${count} pixels, not ${values.length}.`)
    }
    const width = count <= 4096 * Math.min(4096, this.maximumTextureSize) ? 4096 : 16384
    const usable = Math.min(width, this.maximumTextureSize)
    const height = Math.ceil(count / usable)
    if (height > this.maximumTextureSize) {
      throw new RangeError(
        `NSIDE ${nside} is too fine for this graphics device; degrade the map to show it.`,
      )
    }
    gl.activeTexture(gl.TEXTURE0)
    if (this.pixels === null || this.nside !== nside) {
      gl.deleteTexture(this.pixels)
      this.pixels = gl.createTexture()
      gl.bindTexture(gl.TEXTURE_2D, this.pixels)
      nearest(gl)
      // The bits of the float32 values: NaN survives every driver.
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R32UI, usable, height)
      this.nside = nside
      this.width = usable
    } else {
      gl.bindTexture(gl.TEXTURE_2D, this.pixels)
    }
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
    const whole = Math.floor(count / usable)
    const upload = (y: number, columns: number, rows: number, from: number) =>
      gl.texSubImage2D(
        gl.TEXTURE_2D,
        0,
        0,
        y,
        columns,
        rows,
        gl.RED_INTEGER,
        gl.UNSIGNED_INT,
        bits,
        from,
      )
    if (whole > 0) upload(0, usable, whole, 0)
    if (count > whole * usable) upload(whole, count - whole * usable, 1, whole * usable)
  }

  /** Highlights pixels of a map of `nside`; null: none. `colour` 0 to 255. */
  setMarks(marks: { nside: number; strength: Uint8Array } | null, colour: Rgb): void {
    const { gl, uniforms } = this
    const wanted = marks && marks.nside > 0 ? marks : { nside: 0, strength: new Uint8Array(1) }
    const width = Math.min(wanted.strength.length, 4096)
    const height = Math.ceil(wanted.strength.length / width)
    gl.activeTexture(gl.TEXTURE3)
    if (wanted.nside !== this.markNside) {
      gl.deleteTexture(this.marks)
      this.marks = byteTexture(gl, width, height)
    }
    gl.bindTexture(gl.TEXTURE_2D, this.marks)
    // Padded to whole rows.
    const bytes = new Uint8Array(width * height)
    bytes.set(wanted.strength)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED_INTEGER, gl.UNSIGNED_BYTE, bytes)
    this.markNside = wanted.nside
    this.markWidth = width
    gl.useProgram(this.program)
    gl.uniform3f(uniforms.u_markColour, colour[0] / 255, colour[1] / 255, colour[2] / 255)
  }

  /** Shows nothing until the next map. */
  clearPixels(): void {
    this.gl.deleteTexture(this.pixels)
    this.pixels = null
  }

  /** `colourMap`: 256 colours as RGB bytes. */
  setColourMap(colourMap: Uint8Array): void {
    const { gl } = this
    const rgba = new Uint8Array(1024)
    for (let i = 0; i < 256; i++) {
      rgba.set(colourMap.subarray(3 * i, 3 * i + 3), 4 * i)
      rgba[4 * i + 3] = 255
    }
    gl.activeTexture(gl.TEXTURE1)
    gl.bindTexture(gl.TEXTURE_2D, this.colours)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 1, gl.RGBA, gl.UNSIGNED_BYTE, rgba)
  }

  setScale(scale: ColourScale, bad: Rgb): void {
    const { gl, uniforms } = this
    gl.useProgram(this.program)
    gl.uniform1i(uniforms.u_norm, normNumber[scale.kind])
    gl.uniform1f(uniforms.u_linearWidth, scale.norm.linearWidth ?? 1)
    gl.uniform2f(uniforms.u_limits, scale.limits[0], scale.limits[1])
    gl.uniform3f(uniforms.u_bad, bad[0] / 255, bad[1] / 255, bad[2] / 255)
    if (scale.edges) {
      gl.activeTexture(gl.TEXTURE2)
      gl.bindTexture(gl.TEXTURE_2D, this.edges)
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 1, gl.RED, gl.FLOAT, scale.edges)
    }
  }

  /** `pixelRatio`: device pixels per CSS pixel of the geometry. */
  draw(geometry: SkyGeometry, pixelRatio: number, withMarks = true): void {
    const { gl, uniforms } = this
    const width = gl.drawingBufferWidth
    const height = gl.drawingBufferHeight
    gl.viewport(0, 0, width, height)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    if (!this.pixels) return
    gl.useProgram(this.program)
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, this.pixels)
    gl.activeTexture(gl.TEXTURE1)
    gl.bindTexture(gl.TEXTURE_2D, this.colours)
    gl.activeTexture(gl.TEXTURE2)
    gl.bindTexture(gl.TEXTURE_2D, this.edges)
    gl.activeTexture(gl.TEXTURE3)
    gl.bindTexture(gl.TEXTURE_2D, this.marks)
    gl.uniform1i(uniforms.u_markNside, withMarks ? this.markNside : 0)
    gl.uniform1i(uniforms.u_markWidth, this.markWidth)
    this.matrix.set(geometry.toSky)
    gl.uniform1i(uniforms.u_nside, this.nside)
    gl.uniform1i(uniforms.u_width, this.width)
    gl.uniform1i(uniforms.u_projection, projectionNumber[geometry.projection])
    gl.uniformMatrix3fv(uniforms.u_rotation, true, this.matrix)
    // The centre from CSS pixels: the picture stays under the overlay also when the canvas was rounded.
    gl.uniform2f(
      uniforms.u_centre,
      (geometry.port.width / 2) * pixelRatio,
      height - (geometry.port.height / 2) * pixelRatio,
    )
    gl.uniform2f(uniforms.u_pan, geometry.view.panX, geometry.view.panY)
    gl.uniform1f(uniforms.u_unitPerPixel, geometry.unit / pixelRatio)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
  }

  /** Frees everything, the context included: browsers keep only a few alive. */
  dispose(): void {
    const { gl } = this
    gl.deleteTexture(this.pixels)
    gl.deleteTexture(this.colours)
    gl.deleteTexture(this.edges)
    gl.deleteTexture(this.marks)
    gl.deleteVertexArray(this.vertexArray)
    gl.deleteProgram(this.program)
    gl.getExtension('WEBGL_lose_context')?.loseContext()
  }
}

function uniformLocations(gl: WebGL2RenderingContext, program: WebGLProgram) {
  const at = (name: string) => gl.getUniformLocation(program, name)
  return {
    u_pixels: at('u_pixels'),
    u_colours: at('u_colours'),
    u_edges: at('u_edges'),
    u_marks: at('u_marks'),
    u_markNside: at('u_markNside'),
    u_markWidth: at('u_markWidth'),
    u_markColour: at('u_markColour'),
    u_nside: at('u_nside'),
    u_width: at('u_width'),
    u_projection: at('u_projection'),
    u_norm: at('u_norm'),
    u_linearWidth: at('u_linearWidth'),
    u_limits: at('u_limits'),
    u_bad: at('u_bad'),
    u_rotation: at('u_rotation'),
    u_centre: at('u_centre'),
    u_pan: at('u_pan'),
    u_unitPerPixel: at('u_unitPerPixel'),
  }
}

function byteTexture(gl: WebGL2RenderingContext, width: number, height: number): WebGLTexture {
  const texture = gl.createTexture()
  gl.activeTexture(gl.TEXTURE3)
  gl.bindTexture(gl.TEXTURE_2D, texture)
  nearest(gl)
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8UI, width, height)
  return texture
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram()
  const shaders = [
    compile(gl, gl.VERTEX_SHADER, vertexShader),
    compile(gl, gl.FRAGMENT_SHADER, fragmentShader),
  ]
  for (const shader of shaders) gl.attachShader(program, shader)
  gl.linkProgram(program)
  for (const shader of shaders) gl.deleteShader(shader)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The sky shader does not link: ${gl.getProgramInfoLog(program) ?? ''}`)
  }
  return program
}

function compile(gl: WebGL2RenderingContext, kind: number, source: string): WebGLShader {
  const shader = gl.createShader(kind)
  if (!shader) throw new Error('The graphics device has no room for a shader.')
  gl.shaderSource(shader, source)
  gl.compileShader(shader)
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
    throw new Error(`The sky shader does not compile: ${gl.getShaderInfoLog(shader) ?? ''}`)
  }
  return shader
}

function table(gl: WebGL2RenderingContext, format: number): WebGLTexture {
  const texture = gl.createTexture()
  gl.bindTexture(gl.TEXTURE_2D, texture)
  nearest(gl)
  gl.texStorage2D(gl.TEXTURE_2D, 1, format, 256, 1)
  return texture
}

function nearest(gl: WebGL2RenderingContext): void {
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
}
