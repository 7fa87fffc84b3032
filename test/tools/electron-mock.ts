/** Stands in for the `electron` module in unit tests: importing the real one tries to download its binary. */
export const app = {
  getPath: () => '/nonexistent',
  on: () => app,
  whenReady: () => Promise.resolve(),
}
export const ipcMain = { on: () => undefined, handle: () => undefined }
