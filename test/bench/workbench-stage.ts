import type { Page } from 'playwright-core'
import type { BrowserStage } from '../e2e/story/browser-stage.ts'

/** One measured figure of `npm run bench:workbench`. */
export interface Row {
  /** What was done, for example "pan, NSIDE 512, Mollweide". */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The value should stay below this, in the same unit. */
  readonly target?: number
  /** How it was measured, or what it is made of. */
  readonly note?: string
}

/** What each module `workbench-*.ts` of this folder exports. It gets a browser and a data folder of its own. */
export interface BenchModule {
  measure(stage: BrowserStage): Promise<Row[]>
}

/** Times between frames while something was done, and tasks of the main thread above 50 ms. */
export interface Frames {
  readonly medianMs: number
  /** 95 % of the frames came faster. */
  readonly p95Ms: number
  readonly frames: number
  readonly longestTaskMs: number
}

interface Recorder {
  stop(): { times: number[]; tasks: number[] }
}
declare global {
  interface Window {
    larmorFrames?: Recorder
  }
}

/**
 * Times between the frames that the browser shows while `act` works, for example moves the mouse. Frames wait for the graphics process, so
 * what it takes to draw is in them.
 */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const times: number[] = []
    const tasks: number[] = []
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration)
    })
    observer.observe({ type: 'longtask' })
    let frame = requestAnimationFrame(function tick(time) {
      times.push(time)
      frame = requestAnimationFrame(tick)
    })
    window.larmorFrames = {
      stop() {
        cancelAnimationFrame(frame)
        for (const entry of observer.takeRecords()) tasks.push(entry.duration)
        observer.disconnect()
        return { times, tasks }
      },
    }
  })
  await act()
  const seen = await page.evaluate(() => window.larmorFrames?.stop() ?? { times: [], tasks: [] })
  const steps = seen.times
    .slice(1)
    .map((time, i) => time - seen.times[i])
    .sort((a, b) => a - b)
  const part = (share: number) => steps[Math.floor(share * (steps.length - 1))] ?? NaN
  return {
    medianMs: part(0.5),
    p95Ms: part(0.95),
    frames: steps.length,
    longestTaskMs: Math.max(0, ...seen.tasks),
  }
}

/** The rows that say what `framesDuring` found. */
export function frameRows(name: string, frames: Frames): Row[] {
  const note = `95 % below ${frames.p95Ms.toFixed(0)} ms, ${frames.frames} frames`
  return [
    { name: `${name}: time per frame`, value: frames.medianMs, unit: 'ms', note },
    { name: `${name}: longest task`, value: frames.longestTaskMs, unit: 'ms', target: 50 },
  ]
}

/** A picture of a map: ms of the page's clock. */
interface Drawing {
  readonly begun: number
  /** The graphics device had drawn it. */
  readonly finished: number
}
declare global {
  interface Window {
    larmorDrawings?: Drawing[]
  }
}

/** From the next time that the page is loaded, notes when the *Sky* panel draws its map. */
export async function noteDrawings(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const drawings: Drawing[] = []
    window.larmorDrawings = drawings
    const drawArrays = Reflect.get(WebGL2RenderingContext.prototype, 'drawArrays')
    WebGL2RenderingContext.prototype.drawArrays = function (mode, first, count) {
      const begun = performance.now()
      drawArrays.call(this, mode, first, count)
      const onMap = this.canvas instanceof HTMLCanvasElement && this.canvas.closest('.sky-panel')
      const fence = onMap ? this.fenceSync(this.SYNC_GPU_COMMANDS_COMPLETE, 0) : null
      if (!fence) return
      this.flush()
      const look = () => {
        if (this.clientWaitSync(fence, 0, 0) === this.TIMEOUT_EXPIRED) setTimeout(look, 1)
        else drawings.push({ begun, finished: performance.now() })
      }
      setTimeout(look)
    }
  })
}

/** Waits for a picture that was begun after this moment, and gives the moment when it was finished. */
export async function drawnAfter(page: Page, moment: number): Promise<number> {
  const finished = await page.waitForFunction(
    (from) => window.larmorDrawings?.find(({ begun }) => begun >= from)?.finished,
    moment,
  )
  return (await finished.jsonValue()) ?? NaN
}

/** Waits until the graphics process has drawn everything that was asked of this WebGL canvas. */
export async function drawn(page: Page, canvas: string): Promise<void> {
  await page.evaluate(async (selector) => {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    const element = document.querySelector(selector)
    const gl = element instanceof HTMLCanvasElement ? element.getContext('webgl2') : null
    gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
  }, canvas)
}
