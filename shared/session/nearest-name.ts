/** Number of insertions, deletions, substitutions and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i])
  for (let j = 1; j <= b.length; j++) rows[0][j] = j
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, rows[i - 2][j - 2] + 1)
      }
      rows[i][j] = best
    }
  }
  return rows[a.length][b.length]
}

/** The candidate that a misspelt word most likely means, or undefined when none is near. */
function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase().replaceAll('-', '_')
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const known = candidate.toLowerCase().replaceAll('-', '_')
    const prefix = wanted.length >= 3 && (known.startsWith(wanted) || wanted.startsWith(known))
    const distance = prefix ? 1 : editDistance(wanted, known)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return bestDistance <= Math.max(1, Math.floor(wanted.length / 2.5)) ? best : undefined
}

/** ` Did you mean "x"?`, or an empty text when nothing is near. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const nearest = nearestName(word, candidates)
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`
}
