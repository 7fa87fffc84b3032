import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { FitsError, readFits } from '#shared/fits/index.ts'
import type { FitsFile } from '#shared/fits/index.ts'
import { errorCode, errorText, fileErrorText, InputError } from '../errors.ts'

/** No FITS map is larger: NSIDE 8192 in float32 takes 3 GiB. */
const MAX_FITS_BYTES = 4 * 2 ** 30

export interface LoadOptions {
  /** Largest size read, after unpacking; default 4 GiB. */
  maximumBytes?: number
  /** What to do about a larger one; by default for maps. */
  advice?: string
}

/**
 * Read a file into memory: FITS, or whatever else the caller can read; gzip is recognised by content, not by name, and
 * unpacked.
 * @throws InputError naming the file: missing, unreadable, too large, or gzip that is damaged, grows beyond the limit or
 * holds anything but FITS
 */
export async function loadFitsBytes(path: string, options: LoadOptions = {}): Promise<Uint8Array> {
  const { maximumBytes: limit = MAX_FITS_BYTES, advice } = options
  const tooLarge = (what: string) => tooLargeError(path, what, limit, advice)
  try {
    const size = await fileSize(path)
    if (size > limit) throw tooLarge(`is ${size} bytes`)
    const handle = await open(path, 'r')
    try {
      const magic = new Uint8Array(2)
      const { bytesRead } = await handle.read(magic, 0, 2, 0)
      const isGzip = bytesRead === 2 && magic[0] === 0x1f && magic[1] === 0x8b
      return isGzip ? await unpack(path, size, limit, tooLarge) : await readAll(handle, size)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
}

/**
 * Load a FITS file and find its HDUs.
 * @throws InputError naming the file, for one that cannot be read and one that is not sound FITS
 */
export async function loadFits(path: string, options: LoadOptions = {}): Promise<FitsFile> {
  const bytes = await loadFitsBytes(path, options)
  return namingFile(path, () => readFits(bytes))
}

/** Run a FITS reading step; a FitsError becomes an InputError that names the file. */
export function namingFile<Result>(path: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    throw new InputError(`${path}: ${error.message}`, {
      file: path,
      field: error.keyword,
      cause: error,
    })
  }
}

/** Size of a regular file. Asked before opening, because opening a pipe would wait for ever. */
async function fileSize(path: string): Promise<number> {
  const stats = await stat(path)
  if (stats.isFile()) return stats.size
  throw new InputError(
    `${path}: this is ${stats.isDirectory() ? 'a folder' : 'a device or pipe'}, not a file.`,
    { file: path },
  )
}

async function readAll(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, Math.min(size - filled, 2 ** 30), filled)
    // The file got shorter meanwhile; the FITS reader then says that it is cut short.
    if (bytesRead === 0) return bytes.subarray(0, filled)
    filled += bytesRead
  }
  return bytes
}

/**
 * Unpack in a stream, so that a small file that unpacks to an enormous one is stopped at the limit, and one that is
 * not FITS at its first block.
 */
async function unpack(
  path: string,
  packedSize: number,
  limit: number,
  tooLarge: (what: string) => InputError,
): Promise<Uint8Array> {
  const source = createReadStream(path)
  const gunzip = createGunzip({ chunkSize: 2 ** 18 })
  source.on('error', (error) => gunzip.destroy(error))
  let bytes = new Uint8Array(Math.min(limit, Math.max(2 ** 16, 4 * packedSize)))
  let filled = 0
  try {
    for await (const chunk of source.pipe(gunzip)) {
      if (!(chunk instanceof Uint8Array)) continue
      if (filled + chunk.length > limit) throw tooLarge('unpacks to more')
      if (filled + chunk.length > bytes.length) {
        const grown = new Uint8Array(
          Math.min(limit, Math.max(2 * bytes.length, filled + chunk.length)),
        )
        grown.set(bytes.subarray(0, filled))
        bytes = grown
      }
      bytes.set(chunk, filled)
      // The signature is checked here only to stop early; the reader explains what it found.
      if (filled === 0 && chunk.length >= 9 && !startsLikeFits(chunk))
        namingFile(path, () => readFits(chunk))
      filled += chunk.length
    }
  } catch (error) {
    if (errorCode(error)?.startsWith('Z_') !== true) throw error
    throw new InputError(
      `${path}: the gzip data is damaged or cut short (${errorText(error)}). Copy or download the file again.`,
      { file: path, cause: error },
    )
  } finally {
    source.destroy()
    gunzip.destroy()
  }
  return bytes.subarray(0, filled)
}

/** Whether the first card is that of FITS. */
export function startsLikeFits(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 9)) === 'SIMPLE  ='
}

function tooLargeError(
  path: string,
  what: string,
  limit: number,
  advice = 'Degrade the map to a lower NSIDE first.',
): InputError {
  const size = limit >= 2 ** 30 ? `${limit / 2 ** 30} GiB` : `${limit} bytes`
  return new InputError(`${path}: the file ${what}, and at most ${size} are read. ${advice}`, {
    file: path,
  })
}
