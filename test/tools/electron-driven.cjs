// Loaded with `-r` before the program by tests that drive it: windows wait until the driver is there. Playwright calls
// `__playwright_run` when it is; a window that opens while it still connects may never answer, and the launch with it.
const { app } = require('electron')

const ready = app.whenReady()
const driven = new Promise((resolve) => {
  globalThis.__playwright_run = resolve
})
app.whenReady = () => driven.then(() => ready)
