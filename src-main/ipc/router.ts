import type { z } from 'zod'
import { pageHost, pageScheme } from '../app/page-address.ts'
import type { ShellAnswer } from './channels.ts'

/** What is used of Electron's frames and events, so that the checks can be tested without Electron. */
export interface FrameLike {
  readonly url: string
  readonly parent: unknown
}
export interface InvokeEventLike {
  readonly senderFrame: FrameLike | null
  readonly sender: { readonly mainFrame: unknown }
}
export interface IpcMainLike<E extends InvokeEventLike> {
  handle(channel: string, listener: (event: E, ...args: unknown[]) => unknown): void
}

/** Whether a call comes from the workbench's own page: its main frame, under the app's own address. */
export function isOwnPage(event: InvokeEventLike): boolean {
  const frame = event.senderFrame
  if (frame === null || frame.parent !== null || frame !== event.sender.mainFrame) return false
  try {
    const { protocol, host } = new URL(frame.url)
    return protocol === `${pageScheme}:` && host === pageHost
  } catch {
    return false
  }
}

/**
 * Registers a call of the preload bridge: only from the own page, with exactly one argument that fits `schema`.
 * Errors travel as their message alone: Electron would add the name of the channel, which is no user's business.
 */
export function handleChecked<E extends InvokeEventLike, S extends z.ZodType>(
  ipc: IpcMainLike<E>,
  channel: string,
  schema: S,
  handler: (argument: z.output<S>, event: E) => unknown,
): void {
  ipc.handle(channel, async (event, ...args): Promise<ShellAnswer> => {
    if (!isOwnPage(event)) return { error: 'Refused.' }
    const parsed = schema.safeParse(args[0])
    if (args.length > 1 || !parsed.success) return { error: 'Refused: wrong arguments.' }
    try {
      return { value: await handler(parsed.data, event) }
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  })
}
