import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { KernelError } from '../../interface.ts'
import { locate } from '../../locate.ts'

/** The functions of the compiled kernels; see assembly/ for what they do. Addresses are byte offsets. */
export interface KernelFunctions {
  /** a + b c, as this build rounds it. */
  probeMulAdd(a: number, b: number, c: number): number
  walkRay(
    ray: number,
    ux: number,
    uy: number,
    uz: number,
    nx: number,
    ny: number,
    nz: number,
    margin: number,
    geometry: number,
    lengths: number,
    lengthStride: number,
  ): number
  countCrossings(
    rays: number,
    firstRay: number,
    lastRay: number,
    ux: number,
    uy: number,
    uz: number,
    nx: number,
    ny: number,
    nz: number,
    margin: number,
  ): number
  forward: ForwardFunction
  /** p = 3 and at most three nodes. */
  forwardFast: ForwardFunction
  adjoint: AdjointFunction
  /** p = 3 and at most three nodes. */
  adjointFast: AdjointFunction
  jvp: JvpFunction
  forwardPolarised: ForwardFunction
  adjointPolarised(
    problem: number,
    field: number,
    gradient: number,
    cotangents: number,
    sums: number,
    firstRay: number,
    lastRay: number,
    scratch: number,
  ): void
  jvpPolarised: JvpFunction
  forwardGeneral: ForwardFunction
  adjointGeneral(
    problem: number,
    field: number,
    gradient: number,
    gradientCosmicRays: number,
    gradientIndices: number,
    gradientRayIndices: number,
    cotangents: number,
    sums: number,
    firstRay: number,
    lastRay: number,
    scratch: number,
  ): void
  jvpGeneral(
    problem: number,
    field: number,
    tangent: number,
    tangentCosmicRays: number,
    tangentIndices: number,
    tangentRayIndices: number,
    changes: number,
    firstRay: number,
    lastRay: number,
    scratch: number,
  ): void
  sumBuffers(
    gradient: number,
    bufferBytes: number,
    count: number,
    firstVoxel: number,
    lastVoxel: number,
  ): void
  packGradient(
    gradient: number,
    mask: number,
    packed: number,
    electrons: number,
    firstVoxel: number,
    lastVoxel: number,
  ): number
  packPlane(
    gradient: number,
    bufferBytes: number,
    count: number,
    mask: number,
    packed: number,
    firstVoxel: number,
    lastVoxel: number,
  ): number
  smoothness(
    field: number,
    mask: number,
    gradient: number,
    values: number,
    nx: number,
    ny: number,
    nz: number,
    sx: number,
    sy: number,
    sz: number,
    firstPlane: number,
    lastPlane: number,
  ): void
  totalVariationNorms(
    field: number,
    mask: number,
    norms: number,
    values: number,
    nx: number,
    ny: number,
    nz: number,
    ax: number,
    ay: number,
    az: number,
    epsilonSquared: number,
    scale: number,
    firstPlane: number,
    lastPlane: number,
  ): void
  totalVariationGradient(
    field: number,
    mask: number,
    norms: number,
    gradient: number,
    nx: number,
    ny: number,
    nz: number,
    ax: number,
    ay: number,
    az: number,
    firstPlane: number,
    lastPlane: number,
  ): void
  divergences(
    field: number,
    mask: number,
    out: number,
    values: number,
    nx: number,
    ny: number,
    nz: number,
    bx: number,
    by: number,
    bz: number,
    scale: number,
    firstPlane: number,
    lastPlane: number,
  ): void
  divergenceGradient(
    mask: number,
    scaled: number,
    gradient: number,
    nx: number,
    ny: number,
    nz: number,
    bx: number,
    by: number,
    bz: number,
    firstPlane: number,
    lastPlane: number,
  ): void
  amplitude(
    field: number,
    reference: number,
    mask: number,
    gradient: number,
    values: number,
    planeVoxels: number,
    scale: number,
    firstPlane: number,
    lastPlane: number,
  ): void
}

type ForwardFunction = (
  problem: number,
  field: number,
  sums: number,
  firstRay: number,
  lastRay: number,
  scratch: number,
) => void

type AdjointFunction = (
  problem: number,
  field: number,
  gradient: number,
  cotangents: number,
  firstRay: number,
  lastRay: number,
  scratch: number,
) => void

type JvpFunction = (
  problem: number,
  field: number,
  tangent: number,
  changes: number,
  firstRay: number,
  lastRay: number,
  scratch: number,
) => void

const functionNames: readonly (keyof KernelFunctions)[] = [
  'probeMulAdd',
  'walkRay',
  'countCrossings',
  'forward',
  'forwardFast',
  'adjoint',
  'adjointFast',
  'jvp',
  'forwardPolarised',
  'adjointPolarised',
  'jvpPolarised',
  'forwardGeneral',
  'adjointGeneral',
  'jvpGeneral',
  'sumBuffers',
  'packGradient',
  'packPlane',
  'smoothness',
  'totalVariationNorms',
  'totalVariationGradient',
  'divergences',
  'divergenceGradient',
  'amplitude',
]

function isKernelFunctions(exports: object): exports is KernelFunctions {
  const found = new Map<string, unknown>(Object.entries(exports))
  return functionNames.every((name) => typeof found.get(name) === 'function')
}

export const workerUrl = (): URL =>
  locate(import.meta.url, './kernel-worker.ts', 'kernel-worker.mjs')

interface Kernels {
  readonly module: WebAssembly.Module
  readonly build: string
  readonly fused: boolean
}

let loaded: Kernels | undefined

/** The compiled kernels, read once per process. @throws KernelError when they have not been built */
export function kernelModule(): WebAssembly.Module {
  return kernels().module
}

/** The first 16 hexadecimal digits of the SHA-256 of the compiled kernels. @throws KernelError as `kernelModule` */
export function kernelBuild(): string {
  return kernels().build
}

/** Whether the compiled kernels use fused multiply-adds. @throws KernelError as `kernelModule` */
export function kernelsAreFused(): boolean {
  return kernels().fused
}

function kernels(): Kernels {
  loaded ??= loadFused() ?? load('line-of-sight.wasm', false)
  return loaded
}

/**
 * The kernels with fused multiply-adds, some 15 % faster: where this runtime has relaxed SIMD and this processor rounds such
 * an operation once. Elsewhere it would round twice, as the plain build does, whose bits are the same everywhere.
 */
function loadFused(): Kernels | undefined {
  const name = 'line-of-sight-fused.wasm'
  if (!WebAssembly.validate(readKernels(name))) return undefined
  const fused = load(name, true)
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const ulp = 2 ** -12
  // (1 + ulp)^2 - (1 + 2 ulp) is ulp^2, which float32 loses unless it rounds once.
  const probe = instantiate(fused.module, memory).probeMulAdd(-1 - 2 * ulp, 1 + ulp, 1 + ulp)
  return probe === ulp ** 2 ? fused : undefined
}

function load(name: string, fused: boolean): Kernels {
  const bytes = readKernels(name)
  const build = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return { module: new WebAssembly.Module(bytes), build, fused }
}

function readKernels(name: string): Uint8Array<ArrayBuffer> {
  const file = fileURLToPath(
    locate(import.meta.url, `../../../../out/kernels/${name}`, `../kernels/${name}`),
  )
  try {
    return readFileSync(file)
  } catch {
    throw new KernelError(`${file} is missing: build the kernels with "npm run build:kernels".`)
  }
}

/** The kernels on a memory. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): KernelFunctions {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  if (!isKernelFunctions(exports)) {
    throw new KernelError(
      'The built kernels do not fit this program: build them again with "npm run build:kernels".',
    )
  }
  return exports
}
