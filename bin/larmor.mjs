#!/usr/bin/env node
// Starts the engine's command line with the Node of this package, whatever Node runs this file.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'

const engine = fileURLToPath(new URL('../out/engine/larmor.mjs', import.meta.url))
const suffix = process.platform === 'win32' ? '.exe' : ''
const ownNode = fileURLToPath(new URL(`../node_modules/node/bin/node${suffix}`, import.meta.url))
const majorVersion = Number(process.versions.node.split('.')[0])

if (!existsSync(engine)) {
  console.error('larmor: not built yet. Run `npm run build` in the checkout first.')
  process.exitCode = 1
} else if (majorVersion >= 24) {
  process.argv[1] = engine
  await import(pathToFileURL(engine).href)
} else if (!existsSync(ownNode)) {
  console.error(
    `larmor: needs Node 24, but this is ${process.version} and ${ownNode} is missing. Run \`npm ci\` in the checkout.`,
  )
  process.exitCode = 1
} else {
  const child = spawn(ownNode, [engine, ...process.argv.slice(2)], { stdio: 'inherit' })
  // On a terminal Ctrl-C reaches the child twice this way; it takes two within a second as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => {
    console.error(`larmor: cannot start ${ownNode}: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
