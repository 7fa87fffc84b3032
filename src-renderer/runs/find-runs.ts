import type { RunSummary } from '#shared/contract/methods.ts'

/** Runs whose name, notes or tags hold every word; a word with # asks for a tag that begins so. */
export function findRuns(runs: readonly RunSummary[], text: string): RunSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter(({ name, notes, tags, state }) => {
    const all = [name, notes, state, ...tags].join('\n').toLowerCase()
    return words.every((word) =>
      word.startsWith('#')
        ? tags.some((tag) => tag.toLowerCase().startsWith(word.slice(1)))
        : all.includes(word),
    )
  })
}

/** Tags as typed, divided by commas: without what is empty or there twice. */
export function parseTags(text: string): string[] {
  const tags = text
    .split(',')
    .map((tag) => tag.trim().replace(/^#/, ''))
    .filter((tag) => tag !== '')
  return [...new Set(tags)]
}

/** What is happening to a run, in words; of one that waits, its turn. */
export function stateWords(run: RunSummary, queue: readonly number[]): string {
  const turn = queue.indexOf(run.run)
  if (run.state === 'queued') return turn <= 0 ? 'queued, next' : `queued, ${turn + 1}.`
  if (run.state === 'done') return 'done'
  const percent = Math.floor((100 * run.iteration) / Math.max(1, run.iterations))
  return `${run.state}, ${percent} %`
}

/** How far a run has come that is done: to the end of its iterations, or to where a step lowered the loss by no more than the tolerance. */
export function endWords({ iteration, iterations }: RunSummary): string {
  const count = `${iteration} of ${iterations}`
  return iteration < iterations ? `converged at ${count}` : count
}
