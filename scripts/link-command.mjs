// Makes `npx larmor` work in the checkout: npm links the commands of dependencies, but not a package's own.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url))
mkdirSync(folder, { recursive: true })
rmSync(`${folder}larmor`, { force: true })
if (process.platform === 'win32') {
  writeFileSync(`${folder}larmor.cmd`, '@node "%~dp0\\..\\..\\bin\\larmor.mjs" %*\r\n')
} else {
  symlinkSync('../../bin/larmor.mjs', `${folder}larmor`)
  chmodSync(fileURLToPath(new URL('../bin/larmor.mjs', import.meta.url)), 0o755)
}
