import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { join, sep } from 'node:path'
import {
  contentSecurityPolicy,
  mimeType,
  pageFileSegments,
  securityHeaders,
  withNonce,
} from '#shared/contract/page-security.ts'
import type { Access } from './access.ts'
import { framesPath } from './frame-shelf.ts'
import type { FrameShelf } from './frame-shelf.ts'

/** The HTTP side of `larmor serve`: the built page and large frames, to those who have the token, and nothing else. */
export function createPageServer(
  folder: string,
  access: Access,
  shelf: FrameShelf,
  log: (text: string) => void,
): Server {
  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => {
    void answer(folder, access, shelf, request, response).catch((error: unknown) => {
      log(`A page request failed: ${String(error)}`)
      if (!response.headersSent) say(response, 500, 'The page could not be read.')
      else response.destroy()
    })
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    else socket.destroy()
  })
  return server
}

async function answer(
  folder: string,
  access: Access,
  shelf: FrameShelf,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  response.setHeader('Cache-Control', 'no-store')
  const refusal = access.refusal(request)
  if (refusal !== undefined) return say(response, 403, refusal)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return say(response, 405, 'Only GET is answered here.')
  }
  const [path, query = ''] = (request.url ?? '/').split('?', 2)
  const parameters = new URLSearchParams(query)
  const token = parameters.get('token')
  if (path === '/' && token !== null && access.isToken(token)) {
    // The token leaves the address bar, the history and the Referer.
    parameters.delete('token')
    const rest = parameters.toString()
    response.setHeader('Set-Cookie', access.cookie())
    response.setHeader('Location', rest === '' ? '/' : `/?${rest}`)
    return say(response, 303, 'Welcome.')
  }
  if (!access.hasCookie(request))
    return say(response, 401, 'Open the address that larmor serve printed: it holds the token.')
  const headOnly = request.method === 'HEAD'
  if (!path.startsWith(framesPath)) return sendFile(folder, path, headOnly, response)
  const frame = headOnly ? undefined : shelf.take(path)
  if (frame === undefined) return say(response, 404, 'No such frame.')
  response.setHeader('Content-Type', 'application/octet-stream')
  response.setHeader('Content-Length', frame.length)
  response.end(frame)
}

async function sendFile(
  folder: string,
  path: string,
  headOnly: boolean,
  response: ServerResponse,
): Promise<void> {
  const segments = pageFileSegments(path)
  const type = mimeType(segments?.at(-1) ?? '')
  if (segments === undefined || type === undefined) return say(response, 404, 'No such page.')
  const file = await realpath(join(folder, ...segments)).catch(() => undefined)
  if (file === undefined || !file.startsWith((await realpath(folder)) + sep))
    return say(response, 404, 'No such page.')
  const info = await stat(file)
  if (!info.isFile()) return say(response, 404, 'No such page.')
  response.setHeader('Content-Type', type)
  if (segments.at(-1)?.endsWith('.html') === true) {
    const nonce = randomBytes(16).toString('base64')
    const html = withNonce(await readFile(file, 'utf8'), nonce)
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(nonce))
    response.setHeader('Content-Length', Buffer.byteLength(html))
    response.end(headOnly ? undefined : html)
    return
  }
  response.setHeader('Content-Security-Policy', contentSecurityPolicy(''))
  response.setHeader('Content-Length', info.size)
  if (headOnly) response.end()
  else {
    const stream = createReadStream(file)
    stream.on('error', () => response.destroy())
    stream.pipe(response)
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(`${text}\n`)
}
