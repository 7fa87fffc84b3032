import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { LineCounter, isNode, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { ModelChoice } from '#shared/fields/index.ts'
import { checkRunFile, pathText } from '#shared/session/run-file-issues.ts'
import type { RunFileIssue } from '#shared/session/run-file-issues.ts'
import { mapFiles } from '#shared/session/run-file-paths.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, fileErrorText } from '../errors.ts'

/** Larger than any run file with a million directions. */
const maximumBytes = 64 * 2 ** 20

/**
 * Reads a run file (YAML or JSON), checks it, fills in every default and makes its file names absolute (they are
 * relative to the run file).
 * @throws InputError that names file, line, key and the nearest known key
 */
export async function loadRunFile(path: string): Promise<RunFile> {
  // File names are relative to the run file.
  return mapFiles(parseRunFile(await readText(path), path), (file) => resolve(dirname(path), file))
}

/**
 * Reads a file with a model that a user made: a formula alone, or what a section of a run file says of its model.
 * @throws InputError that names file, line, key and the nearest known key
 */
export async function loadModelChoice(path: string): Promise<ModelChoice> {
  const { value, document, lines } = parseText(await readText(path), path)
  const section = typeof value === 'object' && value !== null && 'model' in value
  const prefix = section ? ['magnetic_field'] : ['magnetic_field', 'formula']
  const checked = checkRunFile({
    magnetic_field: section ? value : { model: 'formula', formula: value ?? {} },
  })
  if (checked.ok) return checked.runFile.magnetic_field
  const issues = checked.issues.map(({ path: at, message }) => ({
    path: at.slice(prefix.length),
    message,
  }))
  throw issuesError(issues, document, lines, path)
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path)
    if (bytes.length > maximumBytes) {
      throw new InputError(`${path} is too large for a run file (${bytes.length} bytes).`, {
        file: path,
      })
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof InputError) throw error
    const message =
      error instanceof TypeError
        ? `${path} is not a text file: a run file is YAML or JSON in UTF-8.`
        : fileErrorText(error, path)
    throw new InputError(message, { file: path, cause: error })
  }
}

/** Parses and checks the text of a run file; `path` is for the messages. @throws InputError */
export function parseRunFile(text: string, path: string): RunFile {
  const { value, document, lines } = parseText(text, path)
  const checked = checkRunFile(value)
  if (checked.ok) return checked.runFile
  throw issuesError(checked.issues, document, lines, path)
}

function parseText(text: string, path: string) {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  if (document.errors.length > 0) {
    const [first] = document.errors
    const { line, col } = lines.linePos(first.pos[0])
    const language = path.toLowerCase().endsWith('.json') ? 'JSON' : 'YAML'
    const problem =
      language === 'JSON' ? 'a comma, quote or bracket is wrong here.' : sentence(first.message)
    throw new InputError(
      `${path}, line ${line}, column ${col}: this is not valid ${language}: ${problem} Correct it there or just before.`,
      { file: path },
    )
  }
  return { value: valueOf(document, path), document, lines }
}

function issuesError(
  issues: readonly RunFileIssue[],
  document: Document,
  lines: LineCounter,
  path: string,
): InputError {
  const lineOrLast = (issue: RunFileIssue): number =>
    lineOf(issue.path, document, lines) ?? Number.MAX_SAFE_INTEGER
  const messages = issues
    .toSorted((a, b) => lineOrLast(a) - lineOrLast(b))
    .map((issue) => issueText(issue, document, lines, path))
  return new InputError(messages.join('\n'), { file: path, field: pathText(issues[0].path) })
}

function valueOf(document: Document, path: string): unknown {
  let value: unknown
  try {
    // The limit stops documents that grow without bound through repeated aliases.
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new InputError(
      `${path}: ${sentence(error instanceof Error ? error.message : 'unreadable')}`,
      {
        file: path,
      },
    )
  }
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    throw new InputError(
      `${path}: a run file is a list of "key: value" lines, such as "title: My fit".`,
      {
        file: path,
      },
    )
  }
  return value
}

function issueText(
  issue: RunFileIssue,
  document: Document,
  lines: LineCounter,
  path: string,
): string {
  const line = lineOf(issue.path, document, lines)
  const where = line === undefined ? path : `${path}, line ${line}`
  const key = pathText(issue.path)
  return `${where}: ${key === '' ? '' : `${key}: `}${issue.message}`
}

/** Line of the value at a path, or of the nearest thing around it that is in the file. */
function lineOf(
  path: readonly (string | number)[],
  document: Document,
  lines: LineCounter,
): number | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return undefined
}

function sentence(text: string): string {
  const line = text.split('\n', 1)[0].trim()
  return line.endsWith('.') ? line : `${line}.`
}
