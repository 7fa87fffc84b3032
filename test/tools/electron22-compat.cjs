// Loaded with `-r` before the program by tests that run it on Electron 22 (the newest Electron that package
// registries carry): it supplies `protocol.handle` and `Response`, which the Electron that is shipped has itself.
const { protocol } = require('electron')

if (typeof globalThis.Response === 'undefined') {
  globalThis.Response = class Response {
    constructor(body, { status = 200, headers = {} } = {}) {
      this.body = body
      this.status = status
      this.headers = headers
    }
  }
}

if (typeof protocol.handle !== 'function') {
  protocol.handle = (scheme, handler) =>
    protocol.registerBufferProtocol(scheme, (request, callback) => {
      handler({ url: request.url, method: request.method }).then(
        ({ status, headers, body }) =>
          callback({ statusCode: status, headers, data: Buffer.from(body) }),
        () => callback({ error: -2 }),
      )
    })
}
