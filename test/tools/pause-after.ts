import { vi } from 'vitest'
import { RunLoop } from '#engine/runs/run-loop.ts'
import type { RunManager } from '#engine/runs/run-manager.ts'
import type { Session } from '#engine/storage/session.ts'

/** Pauses the session's run at the end of its step number `steps`, whatever the machine is busy with. */
export function pauseAfter(manager: RunManager, session: Session, steps: number): void {
  const { step } = RunLoop.prototype
  const spy = vi.spyOn(RunLoop.prototype, 'step').mockImplementation(async function (
    this: RunLoop,
  ) {
    await step.call(this)
    if (this.session !== session || this.iteration < steps) return
    manager.pause(session, this.run)
    spy.mockRestore()
  })
}
