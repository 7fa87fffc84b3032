import type { EngineContract, Handlers } from '#shared/contract/index.ts'
import type { Client, Engine } from '../engine.ts'
import { appHandlers } from './app.ts'
import { exportHandlers } from './export.ts'
import { fileHandlers } from './files.ts'
import { mapHandlers } from './maps.ts'
import { modelHandlers } from './models.ts'
import { maskHandlers } from './masks.ts'
import { pointHandlers } from './points.ts'
import { recoveryHandlers } from './recovery.ts'
import { runHandlers } from './runs.ts'
import { runResultHandlers } from './run-results.ts'
import { sessionHandlers } from './sessions.ts'
import { sightlineHandlers } from './sightlines.ts'

/** Everything a page may ask, for one connected page. */
export function engineHandlers(engine: Engine, client: Client): Handlers<EngineContract> {
  return {
    ...appHandlers(engine),
    ...fileHandlers(engine),
    ...mapHandlers(engine),
    ...maskHandlers(engine, client),
    ...pointHandlers(engine),
    ...sessionHandlers(engine, client),
    ...recoveryHandlers(engine, client),
    ...runHandlers(engine, client),
    ...runResultHandlers(engine, client),
    ...sightlineHandlers(engine, client),
    ...modelHandlers(engine),
    ...exportHandlers(engine, client),
  }
}
