/** Compiles and links two shaders. Throws an Error with the driver's message where they do not. */
export function linkProgram(
  gl: WebGL2RenderingContext,
  vertex: string,
  fragment: string,
): WebGLProgram {
  const program = gl.createProgram()
  const shaders = [compile(gl, gl.VERTEX_SHADER, vertex), compile(gl, gl.FRAGMENT_SHADER, fragment)]
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
