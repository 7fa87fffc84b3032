import { EngineError } from '#shared/contract/index.ts'
import type { Client, Engine } from '../engine.ts'
import type { HandlersOf } from './types.ts'

export function exportHandlers(engine: Engine, client: Client): HandlersOf<'export.run'> {
  return {
    'export.run'({ session }) {
      engine.sessions.get(session, client)
      throw new EngineError({ code: 'temporary', message: 'temporary' })
    },
  }
}
