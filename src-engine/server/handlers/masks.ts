import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EngineError, WithPayloads } from '#shared/contract/index.ts'
import { isValidNside } from '#shared/healpix/index.ts'
import { maskFits } from '../../exports/mask-fits.ts'
import { readMask } from '../../runs/read-mask.ts'
import type { Client, Engine } from '../engine.ts'
import { freePath, safeFileName, shownFolder } from '../file-names.ts'
import type { HandlersOf } from './types.ts'

/** Masks that are drawn in the interface: read as runs read them, written as files that anything else can read. */
export function maskHandlers(
  engine: Engine,
  client: Client,
): HandlersOf<'masks.load' | 'masks.save'> {
  const { grants, sessions } = engine
  return {
    async 'masks.load'({ entry, nside }) {
      requireNside(nside)
      const { ordering, frame, column } = entry
      const mask =
        entry.mask && 'file' in entry.mask
          ? { ...entry.mask, file: await grants.resolve(entry.mask.file) }
          : entry.mask
      const request = { file: '', key: 'data', column, ordering, frame, nside }
      const { used } = await readMask(mask, request, nside)
      const masked = used.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0)
      return new WithPayloads({ nside, masked }, [used])
    },
    async 'masks.save'({ session, name, nside }, { payloads: [used] }) {
      requireNside(nside)
      const folder =
        session === undefined
          ? await engine.newSessionFolder()
          : dirname(sessions.get(session, client).session.path)
      const path = freePath(folder, `${safeFileName(name.replace(/\.fits$/i, ''))}.fits`)
      await writeFile(path, maskFits(used, nside), { flag: 'wx' })
      return { file: await grants.grant(path), folder: shownFolder(folder, grants.root) }
    },
  }
}

function requireNside(nside: number): void {
  if (!isValidNside(nside, 'RING'))
    throw new EngineError({ code: 'invalid-request', message: `NSIDE ${nside} is not valid.` })
}
