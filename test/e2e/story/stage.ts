import type { Page } from 'playwright-core'

/** Where the story is played: a browser on `larmor serve`, or Electron. */
export interface Stage {
  /** A folder of its own: data and exports lie in it. */
  readonly folder: string
  /** Where new sessions go. */
  readonly sessions: string
  /** Console errors and warnings, uncaught errors and policy violations of all windows so far. */
  readonly complaints: string[]
  /** Starts the program and returns its window, on the start screen. */
  open(): Promise<Page>
  /** Ends the program as a user would. */
  quit(): Promise<void>
  /** Does what brings up a dialog for a file and chooses this one of `folder` in it. */
  choose(page: Page, act: () => Promise<void>, name: string): Promise<void>
  /** The same for a subfolder of `folder`. */
  chooseFolder(page: Page, act: () => Promise<void>, name: string): Promise<void>
}

/** Drivers say this about screenshots of WebGL; it is no fault of the page. */
const driverRemark =
  /^\[\.WebGL-0x[0-9a-f]+\]GL Driver Message \(OpenGL, Performance, GL_CLOSE_PATH_NV, High\): GPU stall due to ReadPixels( \(this message will no longer repeat\))?$/

/** Collects what a page complains about. */
export function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    const wanted = message.type() === 'error' || message.type() === 'warning'
    if (wanted && !driverRemark.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  page.on('crash', () => complaints.push('The page crashed.'))
}

/** Drops a file of the disk on the window, as the file manager does. */
export async function dropFile(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data })
  await session.detach()
}
