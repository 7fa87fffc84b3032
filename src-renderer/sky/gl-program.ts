/** After the name of what cannot be drawn. */
export const noWebGl =
  'needs WebGL 2, which is not to be had here: switch on hardware acceleration, or update the graphics driver.'

/** A program that the driver may still be making. */
export interface PendingProgram {
  readonly program: WebGLProgram
  /** Waits for it. Throws an Error with the driver's message where it does not compile or link. */
  finish(): WebGLProgram
}

/** Has two shaders compiled and linked, without waiting: the first question about them would stand still until they are. */
export function beginProgram(
  gl: WebGL2RenderingContext,
  vertex: string,
  fragment: string,
): PendingProgram {
  const program = gl.createProgram()
  const shaders = [compile(gl, gl.VERTEX_SHADER, vertex), compile(gl, gl.FRAGMENT_SHADER, fragment)]
  for (const shader of shaders) gl.attachShader(program, shader)
  gl.linkProgram(program)
  return {
    program,
    finish() {
      const linked = gl.getProgramParameter(program, gl.LINK_STATUS) || gl.isContextLost()
      const logs = linked
        ? []
        : [...shaders.map((one) => gl.getShaderInfoLog(one)), gl.getProgramInfoLog(program)]
      for (const shader of shaders) gl.deleteShader(shader)
      if (!linked) throw new Error(`The sky shader is refused: ${logs.join(' ').trim()}`)
      return program
    },
  }
}

function compile(gl: WebGL2RenderingContext, kind: number, source: string): WebGLShader {
  const shader = gl.createShader(kind)
  if (!shader) throw new Error('The graphics device has no room for a shader.')
  gl.shaderSource(shader, source)
  gl.compileShader(shader)
  return shader
}

/** Places of a program's uniforms by name, looked up once. */
export class Uniforms {
  private readonly gl: WebGL2RenderingContext
  private readonly program: WebGLProgram
  private readonly known = new Map<string, WebGLUniformLocation | null>()

  constructor(gl: WebGL2RenderingContext, program: WebGLProgram) {
    this.gl = gl
    this.program = program
  }

  at(name: `u_${string}`): WebGLUniformLocation | null {
    const found = this.known.get(name)
    if (found !== undefined) return found
    const place = this.gl.getUniformLocation(this.program, name)
    this.known.set(name, place)
    return place
  }
}
