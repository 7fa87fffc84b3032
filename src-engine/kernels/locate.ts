/**
 * Where a part of the program that is no module of its own bundle lies: beside the sources that ask for it, or relative to the
 * bundles in out/engine and its chunks/.
 *
 * @param here `import.meta.url` of the asking module
 */
export function locate(here: string, fromSources: string, fromBundle: string): URL {
  if (here.endsWith('.ts')) return new URL(fromSources, here)
  const isChunk = /\/chunks\/[^/]+$/.test(here)
  return new URL(isChunk ? `../${fromBundle}` : fromBundle, here)
}
