// Frame times and waiting times of the workbench in headless Chromium, as a user would meet them. Usage: npm run bench:workbench [-- NAME ...]
// Every module workbench-NAME.ts of this folder measures its part on a browser of its own.
import { readdir } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Page } from 'playwright-core'
import { browserStage } from '../e2e/story/browser-stage.ts'
import type { BenchModule, Row } from './workbench-stage.ts'

const wanted = process.argv.slice(2)
const modules = (await readdir(import.meta.dirname))
  .map((file) => /^workbench-(.+)\.ts$/.exec(file)?.[1] ?? '')
  .filter((name) => name !== '' && name !== 'stage')
  .filter((name) => wanted.length === 0 || wanted.includes(name))

/** Browser and graphics driver, without which the figures mean nothing. */
async function environment(page: Page): Promise<string> {
  const driver = await page.evaluate(() => {
    const gl = document.createElement('canvas').getContext('webgl2')
    const names = gl?.getExtension('WEBGL_debug_renderer_info')
    return gl && names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : 'none'
  })
  const software = /swiftshader|llvmpipe|software/i.test(driver)
  const size = page.viewportSize()
  return [
    `Processor ${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} threads, load ${loadavg()[0].toFixed(1)}`,
    `Chromium ${page.context().browser()?.version() ?? ''}, window ${size?.width}x${size?.height}`,
    `WebGL ${driver}${software ? '  (software: the processor draws; a graphics card is far faster)' : ''}`,
  ].join('\n')
}

function print({ name, value, unit, target, note }: Row): void {
  const shown = `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`
  const verdict =
    target === undefined ? '' : value <= target ? `  below ${target}` : `  ABOVE ${target}`
  console.log(`  ${name.padEnd(56)} ${shown.padStart(10)}${verdict}${note ? `  (${note})` : ''}`)
}

let told = false
for (const name of modules) {
  // A graphics card draws where there is one, and otherwise the processor, as Chromium chooses by itself.
  const stage = await browserStage(['--enable-unsafe-swiftshader'])
  try {
    if (!told) {
      console.log(await environment(await stage.open()))
      await stage.quit()
      told = true
    }
    console.log(`\n${name} (load ${loadavg()[0].toFixed(1)})`)
    const { measure } = (await import(`./workbench-${name}.ts`)) as BenchModule
    for (const row of await measure(stage)) print(row)
  } finally {
    await stage.close()
  }
}
