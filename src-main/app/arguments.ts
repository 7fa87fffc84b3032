import { resolve } from 'node:path'

/** The session among the arguments of a start of the program, as an absolute path. */
export function sessionArgument(argv: readonly string[], folder: string): string | undefined {
  const found = argv.slice(1).find((one) => !one.startsWith('-') && /\.larmor$/i.test(one))
  return found === undefined ? undefined : resolve(folder, found)
}
