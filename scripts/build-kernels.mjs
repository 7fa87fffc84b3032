// Compiles the AssemblyScript kernels to out/kernels: line-of-sight.wasm, and line-of-sight-fused.wasm with relaxed SIMD
// for processors that multiply and add in one instruction. Does nothing where these are newer than the sources.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = join(root, 'src-engine/kernels/backends/wasm/assembly')
const builds = [
  { target: join(root, 'out/kernels/line-of-sight.wasm'), features: [] },
  {
    target: join(root, 'out/kernels/line-of-sight-fused.wasm'),
    features: ['--enable', 'relaxed-simd'],
  },
]

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
const inputs = readdirSync(sources).map((name) => join(sources, name))
const newest = Math.max(...[...inputs, fileURLToPath(import.meta.url)].map(modified))

for (const { target, features } of builds) {
  if (modified(target) >= newest) continue
  mkdirSync(join(root, 'out/kernels'), { recursive: true })
  // Written under another name first: a test run that starts meanwhile never sees half a module.
  const partial = `${target}.${process.pid}.partial`
  const flags = [
    ['-O3', '--noAssert', '--runtime', 'stub'],
    ['--enable', 'simd', '--enable', 'threads', ...features],
    // The engine lays out and sizes the memory (../memory-plan.ts): up to the 4 GiB of 32-bit addresses.
    ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ['--outFile', partial],
  ]
  const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js')
  const args = [compiler, join(sources, 'index.ts'), ...flags.flat()]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  renameSync(partial, target)
}
