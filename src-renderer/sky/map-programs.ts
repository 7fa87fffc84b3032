import { beginProgram, Uniforms } from './gl-program.ts'
import type { PendingProgram } from './gl-program.ts'
import { fragmentShader, vertexShader } from './healpix-shader.ts'
import type { MapShaderChoice } from './healpix-shader.ts'

type Sampler = 'pixels' | 'colours' | 'edges' | 'marks' | 'lines' | 'mask'

interface MapProgram {
  readonly program: WebGLProgram
  readonly uniforms: Uniforms
}

/** The map's shader for each choice that has been drawn, made once. */
export class MapPrograms {
  private readonly gl: WebGL2RenderingContext
  private readonly units: Readonly<Record<Sampler, number>>
  private readonly known = new Map<string, MapProgram>()
  private readonly begun = new Map<string, PendingProgram>()

  /** `units`: of the textures that the shader reads. */
  constructor(gl: WebGL2RenderingContext, units: Readonly<Record<Sampler, number>>) {
    this.gl = gl
    this.units = units
  }

  /** Has the shader of a choice made meanwhile that is going to be drawn. */
  prepare(choice: MapShaderChoice): void {
    const key = keyOf(choice)
    if (!this.known.has(key) && !this.begun.has(key)) this.begun.set(key, this.begin(choice))
  }

  /** Makes the shader of this choice the one that draws. Throws an Error with the driver's message if it does not compile. */
  use(choice: MapShaderChoice): Uniforms {
    const key = keyOf(choice)
    const found = this.known.get(key)
    if (found) {
      this.gl.useProgram(found.program)
      return found.uniforms
    }
    const { gl, units } = this
    const program = (this.begun.get(key) ?? this.begin(choice)).finish()
    this.begun.delete(key)
    const uniforms = new Uniforms(gl, program)
    gl.useProgram(program)
    for (const name of Object.keys(units) as Sampler[])
      gl.uniform1i(uniforms.at(`u_${name}`), units[name])
    this.known.set(key, { program, uniforms })
    return uniforms
  }

  private begin(choice: MapShaderChoice): PendingProgram {
    return beginProgram(this.gl, vertexShader, fragmentShader(choice))
  }

  dispose(): void {
    for (const { program } of [...this.known.values(), ...this.begun.values()])
      this.gl.deleteProgram(program)
    this.known.clear()
    this.begun.clear()
  }
}

const keyOf = (choice: MapShaderChoice) => Object.values(choice).join(' ')
