// Memory while a run streams into the workbench: npm run soak [-- MINUTES], one hour unless told otherwise. Prints what page and engine take as
// it goes, and ends with the slope of their live memory, which must stay below 1 MB per minute. The resident memory of the engine is printed, not
// judged: the arrays of each iteration are garbage that comes and goes by a hundred MB over minutes.
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { browserStage } from '../e2e/story/browser-stage.ts'
import { layout, runBar, startLongRun } from '../e2e/story/workbench.ts'
import { slopeOf } from './least-squares.ts'

const minutes = Number(process.argv[2] ?? 60)
if (!(minutes >= 3)) throw new Error('Usage: soak.ts [MINUTES], at least 3')
const megabyte = 2 ** 20
const allowed = 1
/** Caches, compiled code and the workers of the volume come in the beginning. */
const warmUpMinutes = Math.min(5, minutes / 3)
const layouts = ['Fit', 'Explore field', 'Fit', 'Inspect data']

/** Live memory of the page after a collection: objects, and the arrays of maps and fields that lie outside the heap. MB. */
async function pageMemory(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number
    backingStorageSize?: number
  }
  await session.detach()
  return (usedSize + backingStorageSize) / megabyte
}

const stage = await browserStage()
try {
  const page = await stage.open()
  await startLongRun(page)

  const begin = performance.now()
  const elapsed = () => (performance.now() - begin) / 60_000
  const samples: { minute: number; page: number; engine: number; resident: number }[] = []
  console.log('minute  iteration  page MB  engine MB  resident MB')
  for (let turn = 0; elapsed() < minutes; turn++) {
    // Panels come and go as they do under a user's hands.
    if (turn % 4 === 0) await layout(page, layouts[(turn / 4) % layouts.length])
    await wait(5000)
    const { live, resident } = await stage.engineMemory()
    const sample = {
      minute: elapsed(),
      page: await pageMemory(page),
      engine: live / megabyte,
      resident: resident / megabyte,
    }
    samples.push(sample)
    const iteration = await runBar(page).locator('.readings b').first().textContent()
    const cells = [
      sample.minute.toFixed(1),
      iteration,
      sample.page.toFixed(1),
      sample.engine.toFixed(1),
      sample.resident.toFixed(0),
    ]
    console.log(cells.map((cell, i) => String(cell).padStart([6, 11, 9, 11, 13][i])).join(''))
  }

  const warm = samples.filter(({ minute }) => minute > warmUpMinutes)
  const times = warm.map(({ minute }) => minute)
  const fit = (name: string, values: number[]) => {
    const { slope, error } = slopeOf(times, values)
    console.log(`${name.padEnd(16)} ${slope.toFixed(2)} ± ${error.toFixed(2)} MB per minute`)
    return { slope, error }
  }
  console.log(`\nSlopes from minute ${warmUpMinutes.toFixed(1)} on, ${warm.length} samples:`)
  fit(
    'page',
    warm.map((one) => one.page),
  )
  fit(
    'engine',
    warm.map((one) => one.engine),
  )
  const { slope, error } = fit(
    'page and engine',
    warm.map((one) => one.page + one.engine),
  )
  const half = warm.length / 2
  const least = (some: typeof warm) => Math.min(...some.map((one) => one.resident)).toFixed(0)
  console.log(
    `Least resident memory of the engine: ` +
      `${least(warm.slice(0, half))} MB in the first half of that time, ${least(warm.slice(half))} MB in the second.`,
  )
  if (stage.complaints.length > 0) throw new Error(stage.complaints.join('\n'))
  // Proven growth fails; a short look leaves some uncertainty, which is printed.
  if (slope - 2 * error > allowed)
    throw new Error(`Memory grows by more than ${allowed} MB per minute.`)
  console.log(`Below ${allowed} MB per minute.`)
} finally {
  await stage.close()
}
