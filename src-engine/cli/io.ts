/** What a command may use of the world: two streams, a stop signal, and how its output is wanted. */
export interface CommandIo {
  /** Writes to stdout as it is: add the newline yourself. Results only. */
  readonly out: (text: string) => void
  /** Writes to stderr: messages and progress. */
  readonly err: (text: string) => void
  /** stderr is a terminal: progress may be drawn over itself. */
  readonly isTty: boolean
  /** Width of that terminal in characters. */
  readonly columns: number
  /** `--json` was given (it is already taken out of the arguments): exactly one JSON document goes to stdout. */
  readonly json: boolean
  /** Aborted by Ctrl-C or SIGTERM. A second Ctrl-C ends the process at once. */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * A subcommand: the arguments after its name, without `--json`. Resolves to the exit code; throws UsageError (2),
 * InputError (3), or anything else (1).
 */
export type Command = (args: string[], io: CommandIo) => Promise<number>

export const EXIT = { done: 0, failed: 1, usage: 2, badInput: 3, stopped: 130 } as const

/** One JSON document on stdout. Typed arrays are written as plain arrays. */
export function printJson(io: CommandIo, document: unknown): void {
  const plain = (_key: string, value: unknown): unknown =>
    value instanceof Float64Array || value instanceof Float32Array || value instanceof Int32Array
      ? Array.from(value)
      : value
  io.out(`${JSON.stringify(document, plain, 2)}\n`)
}
