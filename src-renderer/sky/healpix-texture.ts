/** What a texture holds per pixel: the bits of a float32 (NaN survives every driver), a byte, or two float32. */
const layouts = {
  bits: { storage: 'R32UI', format: 'RED_INTEGER', type: 'UNSIGNED_INT', parts: 1 },
  bytes: { storage: 'R8UI', format: 'RED_INTEGER', type: 'UNSIGNED_BYTE', parts: 1 },
  pairs: { storage: 'RG32F', format: 'RG', type: 'FLOAT', parts: 2 },
} as const
type Layout = keyof typeof layouts
type Values = Uint32Array | Uint8Array | Float32Array

/** The pixels of a full-sky RING map in rows of a texture, on a texture unit of its own; `nside` 0 without a map. */
export class HealpixTexture {
  nside = 0
  width = 1
  private readonly gl: WebGL2RenderingContext
  private readonly unit: number
  private readonly layout: Layout
  private readonly largest: number
  private texture: WebGLTexture

  constructor(gl: WebGL2RenderingContext, unit: number, layout: Layout) {
    this.gl = gl
    this.unit = unit
    this.layout = layout
    this.largest = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE))
    this.texture = this.create(1, 1)
  }

  /** Makes room for a map. Throws RangeError where the graphics device cannot hold it. */
  allocate(nside: number): void {
    if (nside === this.nside) return
    const count = 12 * nside * nside
    const wide = count <= 4096 * Math.min(4096, this.largest) ? 4096 : 16384
    const width = Math.min(count, wide, this.largest)
    const height = Math.ceil(count / width)
    if (height > this.largest) {
      throw new RangeError(
        `NSIDE ${nside} is too fine for this graphics device; degrade the map to show it.`,
      )
    }
    this.gl.deleteTexture(this.texture)
    this.texture = this.create(width, height)
    this.nside = nside
    this.width = width
  }

  /** Uploads the rows that hold the pixels `from` to before `to` of the whole map's values. */
  upload(values: Values, from = 0, to = 12 * this.nside * this.nside): void {
    const { gl, width } = this
    const count = 12 * this.nside * this.nside
    if (to <= from) return
    this.bind()
    const first = Math.floor(from / width)
    const last = Math.ceil(to / width)
    const whole = Math.min(last, Math.floor(count / width))
    if (whole > first) this.uploadRows(values, first, width, whole - first)
    // The last row of a map may be shorter.
    if (last > whole) this.uploadRows(values, whole, count - whole * width, 1)
    gl.activeTexture(gl.TEXTURE0)
  }

  bind(): void {
    this.gl.activeTexture(this.gl.TEXTURE0 + this.unit)
    this.gl.bindTexture(this.gl.TEXTURE_2D, this.texture)
  }

  /** Frees the room of the map. */
  clear(): void {
    if (this.nside === 0) return
    this.gl.deleteTexture(this.texture)
    this.texture = this.create(1, 1)
    this.nside = 0
    this.width = 1
  }

  dispose(): void {
    this.gl.deleteTexture(this.texture)
  }

  private uploadRows(values: Values, row: number, columns: number, rows: number): void {
    const { gl } = this
    const { format, type, parts } = layouts[this.layout]
    const start = row * this.width * parts
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, row, columns, rows, gl[format], gl[type], values, start)
  }

  private create(width: number, height: number): WebGLTexture {
    const { gl } = this
    const texture = gl.createTexture()
    gl.activeTexture(gl.TEXTURE0 + this.unit)
    gl.bindTexture(gl.TEXTURE_2D, texture)
    nearest(gl)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl[layouts[this.layout].storage], width, height)
    return texture
  }
}

/** The bound texture is read texel by texel. */
export function nearest(gl: WebGL2RenderingContext): void {
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
}
