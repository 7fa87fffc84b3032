// Stands in for Electron's own default app, which the test runtime lacks: loads the preload modules given with -r,
// then the app folder named on the command line.
const { app } = require('electron')
const fs = require('fs')
const path = require('path')
const Module = require('module')

const args = process.argv.slice(1)
const preloads = []
let target = null
for (let i = 0; i < args.length && target === null; i++) {
  const arg = args[i]
  if (arg === '--version') {
    console.log(`v${process.versions.electron}`)
    process.exit(0)
  } else if (arg === '-r' || arg === '--require') preloads.push(args[++i])
  else if (!arg.startsWith('-')) target = path.resolve(arg)
}
if (target === null) {
  console.error('usage: electron [-r module] app-folder')
  process.exit(2)
}
// What this old Electron lacks: also for a program that starts it without -r.
const compat = path.join(target, 'test', 'tools', 'electron22-compat.cjs')
if (preloads.length === 0 && fs.existsSync(compat)) preloads.push(compat)
if (preloads.length > 0) Module._preloadModules(preloads)
const manifest = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'))
app.setVersion(manifest.version)
app.name = manifest.productName || manifest.name
app.setAppPath(target)
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
Module._load(Module._resolveFilename(target, module, true), module, true)
