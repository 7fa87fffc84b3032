import type { EngineContract, Handlers } from '#shared/contract/index.ts'
import type { MethodName } from '#shared/contract/methods.ts'

/** The handlers of some of the methods. */
export type HandlersOf<M extends MethodName> = Pick<Handlers<EngineContract>, M>

export const ok = { ok: true } as const
