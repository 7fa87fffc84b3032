import { beginProgram, Uniforms } from './gl-program.ts'
import { projectionNumber, vertexShader } from './healpix-shader.ts'
import { HealpixTexture } from './healpix-texture.ts'
import { licShader } from './lic-shader.ts'
import type { SkyTexture } from './types.ts'
import { radiansPerPixel } from './view.ts'
import type { SkyGeometry } from './view.ts'

/** Texture units: the field, and the picture of the lines, which the map's shader reads. */
const fieldUnit = 5
export const linesUnit = 4

/** Steps of about a CSS pixel along a line, to either side, and the part of the canvas's resolution that is drawn. */
const qualities = { fine: { steps: 24, share: 1 }, quick: { steps: 8, share: 0.5 } } as const
export type LineQuality = keyof typeof qualities
/** CSS pixels across a line. */
const grainPx = 2.2

/** Draws the polarisation as lines into a picture of the size of the canvas. Kept until something that it depends on changes. */
export class LineTexture {
  private readonly gl: WebGL2RenderingContext
  private readonly program: WebGLProgram
  private readonly uniforms: Uniforms
  private readonly field: HealpixTexture
  private readonly target: WebGLFramebuffer
  private picture: WebGLTexture | null = null
  private size = ''
  private drawn = ''
  private drawnView: SkyGeometry['view'] | null = null
  private shown: SkyTexture | null = null
  private readonly matrix = new Float32Array(9)

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl
    this.program = beginProgram(gl, vertexShader, licShader).finish()
    this.uniforms = new Uniforms(gl, this.program)
    this.field = new HealpixTexture(gl, fieldUnit, 'pairs')
    this.target = gl.createFramebuffer()
  }

  get isOn(): boolean {
    return this.shown !== null
  }

  set(texture: SkyTexture | null): void {
    if (texture && texture.qu !== this.shown?.qu) {
      this.field.allocate(texture.nside)
      this.field.upload(texture.qu)
    }
    if (!texture) this.field.clear()
    this.shown = texture
    this.drawn = ''
  }

  /** Draws for this picture, unless that has been done; leaves the canvas as the target. */
  draw(geometry: SkyGeometry, pixelRatio: number, quality: LineQuality): void {
    const { gl, shown } = this
    if (!shown) return
    const { steps, share } = qualities[quality]
    const width = Math.max(1, Math.round(gl.drawingBufferWidth * share))
    const height = Math.max(1, Math.round(gl.drawingBufferHeight * share))
    const key = `${width} ${height} ${geometry.projection} ${geometry.unit} ${quality}`
    if (key === this.drawn && geometry.view === this.drawnView) return
    this.drawn = key
    this.drawnView = geometry.view
    this.makeRoom(width, height)
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target)
    gl.viewport(0, 0, width, height)
    this.setUniforms(shown, geometry, pixelRatio * share, gl.drawingBufferHeight * share, steps)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
  }

  /** Makes the picture readable for the map's shader. */
  bind(): void {
    const { gl } = this
    gl.activeTexture(gl.TEXTURE0 + linesUnit)
    gl.bindTexture(gl.TEXTURE_2D, this.picture)
  }

  dispose(): void {
    const { gl } = this
    this.field.dispose()
    gl.deleteTexture(this.picture)
    gl.deleteFramebuffer(this.target)
    gl.deleteProgram(this.program)
  }

  private setUniforms(
    shown: SkyTexture,
    geometry: SkyGeometry,
    ratio: number,
    height: number,
    steps: number,
  ): void {
    const { gl, uniforms, field } = this
    const pixel = radiansPerPixel(geometry)
    gl.useProgram(this.program)
    field.bind()
    gl.uniform1i(uniforms.at('u_field'), fieldUnit)
    gl.uniform1i(uniforms.at('u_fieldNside'), field.nside)
    gl.uniform1i(uniforms.at('u_fieldWidth'), field.width)
    gl.uniform1i(uniforms.at('u_across'), shown.across ? 1 : 0)
    gl.uniform1f(uniforms.at('u_full'), shown.full)
    gl.uniform1i(uniforms.at('u_steps'), steps)
    // Quick lines are as long as fine ones.
    gl.uniform1f(uniforms.at('u_step'), (pixel * qualities.fine.steps) / steps)
    // Grains of powers of two stay where they are while one zooms a little.
    gl.uniform1f(uniforms.at('u_grain'), 2 ** Math.round(Math.log2(1 / (grainPx * pixel))))
    gl.uniform1i(uniforms.at('u_projection'), projectionNumber[geometry.projection])
    this.matrix.set(geometry.toSky)
    gl.uniformMatrix3fv(uniforms.at('u_rotation'), true, this.matrix)
    const { port, view, unit } = geometry
    gl.uniform2f(
      uniforms.at('u_centre'),
      (port.width / 2) * ratio,
      height - (port.height / 2) * ratio,
    )
    gl.uniform2f(uniforms.at('u_pan'), view.panX, view.panY)
    gl.uniform1f(uniforms.at('u_unitPerPixel'), unit / ratio)
  }

  private makeRoom(width: number, height: number): void {
    const { gl } = this
    if (this.size === `${width} ${height}`) return
    this.size = `${width} ${height}`
    gl.deleteTexture(this.picture)
    this.picture = gl.createTexture()
    this.bind()
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR)
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
      gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, width, height)
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.picture, 0)
  }
}
