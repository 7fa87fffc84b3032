import type { Page } from 'playwright-core'
import { z } from 'zod'

/** One task of the page's main thread. */
export interface MainThreadTask {
  /** From begin to end by the clock: with what other programs and the graphics driver took meanwhile. */
  readonly wallMs: number
  /** Processor time of the thread itself: what the page is to blame for, however busy the machine is. */
  readonly cpuMs: number
  /** What it did longest, for a report. */
  readonly what: string
}

const event = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  ts: z.number().optional(),
  dur: z.number().optional(),
  tdur: z.number().optional(),
  args: z
    .object({
      name: z.unknown(),
      data: z.object({ functionName: z.unknown(), url: z.unknown() }).partial().optional(),
    })
    .partial()
    .optional(),
})
const trace = z.object({ traceEvents: z.array(event) })

/** The tasks that the main thread of the page ran while `act` was done, longest first (by processor time). */
export async function tasksDuring(page: Page, act: () => Promise<void>): Promise<MainThreadTask[]> {
  const browser = page.context().browser()
  if (!browser) throw new Error('Only a browser of its own can be traced.')
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  await act()
  const { traceEvents } = trace.parse(JSON.parse((await browser.stopTracing()).toString()))
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  const main = traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && threads.has(`${pid}/${tid}`))
  const end = ({ ts = 0, dur = 0 }: z.output<typeof event>) => ts + dur
  return main
    .filter(({ name }) => name === 'ThreadControllerImpl::RunTask')
    .map((task) => ({
      wallMs: (task.dur ?? 0) / 1000,
      cpuMs: (task.tdur ?? 0) / 1000,
      // Only of the few tasks that are told about: it goes through the whole trace.
      get what() {
        const inside = main
          .filter((one) => one !== task && (one.ts ?? 0) >= (task.ts ?? 0) && end(one) <= end(task))
          .filter(({ name }) =>
            /^(FunctionCall|Layout|Paint|Commit|MinorGC|MajorGC|TimerFire)$/.test(name),
          )
          .sort((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0))
        const parts = inside.slice(0, 3).map(({ name, tdur = 0, args }) => {
          const { functionName = '', url = '' } = args?.data ?? {}
          const file = String(url).replace(/^.*\//, '')
          return `${name} ${String(functionName)} ${file} ${Math.round(tdur / 1000)} ms`.replace(
            / +/g,
            ' ',
          )
        })
        return parts.join(', ')
      },
    }))
    .sort((a, b) => b.cpuMs - a.cpuMs)
}
