import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The nearest folder above this file that holds `relative`: the checkout, or the resources of a package. */
function above(relative: string): string | undefined {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, relative))) return join(folder, relative)
    if (dirname(folder) === folder) return undefined
  }
}

/** The built page of the workbench; undefined when it has not been built. */
export function rendererFolder(): string | undefined {
  const page = above(join('out', 'renderer', 'index.html'))
  return page === undefined ? undefined : dirname(page)
}

/** The folder of the program (package.json, assets, out). */
export function programFolder(): string | undefined {
  const file = above('package.json')
  return file === undefined ? undefined : dirname(file)
}

/** Sky maps that come with the program. */
export function samplesFolder(): string | undefined {
  return above(join('assets', 'samples'))
}
