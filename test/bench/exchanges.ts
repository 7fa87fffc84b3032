import type { Page } from 'playwright-core'
import type { BrowserStage } from '../e2e/story/browser-stage.ts'
import type { Row } from './workbench-stage.ts'

/** A question of the page and the engine's answer; ms of the page's clock. */
export interface Exchange {
  readonly method: string
  readonly sent: number
  readonly arrived: number
  /** The engine's own time for it. */
  readonly engine: number
}

declare global {
  interface Window {
    larmorExchanges?: Exchange[]
  }
}

/** Loads the page again so that it notes what it says to the engine. */
export async function noteExchanges(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const exchanges: Exchange[] = []
    window.larmorExchanges = exchanges
    const asked = new Map<number, { method: string; sent: number }>()
    /** The header of a frame: shared/contract/frames.ts. */
    const headerOf = (frame: Uint8Array) => {
      const bytes = new DataView(frame.buffer, frame.byteOffset).getUint32(8, true)
      const text = new TextDecoder().decode(frame.subarray(16, 16 + bytes))
      return JSON.parse(text) as { id: number; kind: string; method: string; engine_ms?: number }
    }
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        if (!String(url).includes('pipe-worker')) return
        this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          if (!(data instanceof Uint8Array)) return
          const { id, kind, engine_ms: engine = 0 } = headerOf(data)
          const question = asked.get(id)
          if (kind === 'reply' && question)
            exchanges.push({ ...question, arrived: performance.now(), engine })
        })
      }
      override postMessage(
        message: unknown,
        options?: Transferable[] | StructuredSerializeOptions,
      ) {
        if (message instanceof Uint8Array) {
          const { id, kind, method } = headerOf(message)
          if (kind === 'request') asked.set(id, { method, sent: performance.now() })
        }
        super.postMessage(message, Array.isArray(options) ? { transfer: options } : options)
      }
    }
  })
  await page.reload()
}

/** Where the time between two moments went, ms. */
export interface Stages {
  readonly engine: number
  /** Between the two: sockets, and waiting for one's turn. */
  readonly way: number
  readonly page: number
}

/** `methods`: what was waited for in between. */
export async function stagesOf(
  page: Page,
  from: number,
  to: number,
  methods: readonly string[],
): Promise<Stages> {
  const all = await page.evaluate(() => window.larmorExchanges ?? [])
  const seen = all
    .filter(
      ({ method, sent, arrived }) => methods.includes(method) && sent >= from && arrived <= to,
    )
    .sort((a, b) => a.sent - b.sent)
  let [waited, end] = [0, from]
  for (const { sent, arrived } of seen) {
    waited += Math.max(0, arrived - Math.max(sent, end))
    end = Math.max(end, arrived)
  }
  const engine = Math.min(
    waited,
    seen.reduce((sum, one) => sum + one.engine, 0),
  )
  return { engine, way: waited - engine, page: to - from - waited }
}

export const stagesText = ({ engine, way, page }: Stages) =>
  `engine ${engine.toFixed(0)}, way and wait ${way.toFixed(0)}, page and drawing ${page.toFixed(0)} ms`

/** Processor time so far, ms: of the engine, the pages and what draws. */
export interface ProcessorTime {
  readonly engine: number
  readonly page: number
  readonly drawing: number
}

export async function processorTime(stage: BrowserStage): Promise<ProcessorTime> {
  const session = await stage.browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const of = (type: string) =>
    1000 *
    processInfo.filter((one) => one.type === type).reduce((sum, { cpuTime }) => sum + cpuTime, 0)
  const { processorMs } = await stage.engineMemory()
  return { engine: processorMs, page: of('renderer'), drawing: of('GPU') }
}

/** The row of what was spent from `before` to `after`, shared by `turns` of something. */
export function processorRow(
  name: string,
  before: ProcessorTime,
  after: ProcessorTime,
  turns = 1,
): Row {
  const spent = (part: keyof ProcessorTime) => (after[part] - before[part]) / turns
  const [engine, page, drawing] = [spent('engine'), spent('page'), spent('drawing')]
  return {
    name: `${name}: processor time`,
    value: engine + page + drawing,
    unit: 'ms',
    note: `engine ${engine.toFixed(0)}, page ${page.toFixed(0)}, drawing ${drawing.toFixed(0)} ms`,
  }
}
