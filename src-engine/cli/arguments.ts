import { parseArgs } from 'node:util'
import type { ParseArgsOptionsConfig } from 'node:util'
import { suggestion } from '#shared/session/nearest-name.ts'
import { UsageError, errorCode, errorText } from '../errors.ts'

/** How a command is called. `usage` is its help text; its first line shows the call. */
export interface CommandLine<Options extends ParseArgsOptionsConfig> {
  readonly usage: string
  readonly options: Options
  /** Names of the positional arguments, for messages. A name ending in `?` may be left out, `...` repeats. */
  readonly positionals: readonly string[]
}

/** Thrown to print the usage on stdout and end with exit code 0. */
export class HelpRequest extends Error {
  override readonly name = 'HelpRequest'
}

/**
 * Parses the arguments of a command.
 * @throws UsageError that names the argument and the nearest known option
 * @throws HelpRequest for `--help`
 */
export function parseCommandLine<const Options extends ParseArgsOptionsConfig>(
  args: string[],
  line: CommandLine<Options>,
) {
  const end = args.indexOf('--')
  const own = end === -1 ? args : args.slice(0, end)
  if (own.includes('--help') || own.includes('-h')) throw new HelpRequest(line.usage)
  const call = line.usage.split('\n', 1)[0]
  const parsed = parse(args, line, call)
  checkPositionals(parsed.positionals, line.positionals, call)
  return parsed
}

function parse<const Options extends ParseArgsOptionsConfig>(
  args: string[],
  line: CommandLine<Options>,
  call: string,
) {
  try {
    return parseArgs({ args, options: line.options, allowPositionals: true, strict: true })
  } catch (error) {
    const known = [...Object.keys(line.options), 'json', 'help']
    throw new UsageError(`${argumentProblem(error, known)} Usage: ${call}`)
  }
}

function argumentProblem(error: unknown, known: string[]): string {
  const text = errorText(error)
  const quoted = /'(-{1,2})([^' =]+)/.exec(text)
  if (errorCode(error) === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && quoted) {
    const hint = suggestion(
      `--${quoted[2]}`,
      known.map((name) => `--${name}`),
    )
    return `Unknown option ${quoted[1]}${quoted[2]}.${hint}`
  }
  if (/ambiguous/.test(text) && quoted) {
    return `Option --${quoted[2]} needs a value; write --${quoted[2]}=VALUE if it begins with a dash.`
  }
  if (/argument missing/.test(text) && quoted) return `Option --${quoted[2]} needs a value.`
  if (/does not take an argument/.test(text) && quoted) {
    return `Option --${quoted[2]} takes no value.`
  }
  return text.endsWith('.') ? text : `${text}.`
}

function checkPositionals(given: string[], names: readonly string[], call: string): void {
  const required = names.filter((name) => !name.endsWith('?')).length
  if (given.length < required) {
    throw new UsageError(`${names[given.length].replace('...', '')} is missing. Usage: ${call}`)
  }
  const repeats = names.at(-1)?.endsWith('...') ?? false
  if (!repeats && given.length > names.length) {
    throw new UsageError(`Unexpected argument "${given[names.length]}". Usage: ${call}`)
  }
}

/** A whole number given as text. @throws UsageError that names the option */
export function wholeNumber(
  text: string | undefined,
  option: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    throw new UsageError(`--${option} needs a whole number ${range}, not "${text}".`)
  }
  return value
}

/** One of several words. @throws UsageError that lists them */
export function oneOf<const Word extends string>(
  text: string | undefined,
  option: string,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined
  const found = words.find((word) => word === text)
  if (found === undefined) {
    throw new UsageError(
      `--${option} is one of ${words.join(', ')}, not "${text}".${suggestion(text, words)}`,
    )
  }
  return found
}
