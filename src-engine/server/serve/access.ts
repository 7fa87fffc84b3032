import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const localNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Who may talk to `larmor serve`: whoever has the token of this start, from a page of this server on this machine.
 * The Host check defeats DNS rebinding; its port is free, so that a tunnel (`ssh -L 8080:127.0.0.1:9000`) works.
 */
export class Access {
  readonly token: string
  readonly cookieName: string
  readonly #digest: Buffer

  constructor(token = randomBytes(32).toString('hex')) {
    this.token = token
    this.#digest = digest(token)
    // Browsers share cookies between the ports of a host: two servers must not overwrite each other's.
    this.cookieName = `larmor-${this.#digest.toString('hex').slice(0, 8)}`
  }

  /** Why this request is refused whatever token it has; undefined when it is not. */
  refusal(request: IncomingMessage): string | undefined {
    const { host, origin } = request.headers
    if (!isLocalHost(host)) return 'This server answers only to its own address on this machine.'
    if (origin !== undefined && origin !== `http://${host}`)
      return 'This server answers only to its own pages.'
    if (request.headers['sec-fetch-site'] === 'cross-site' && origin !== undefined)
      return 'This server answers only to its own pages.'
    return undefined
  }

  /** The same for a WebSocket, which browsers always send with an Origin. */
  webSocketRefusal(request: IncomingMessage): string | undefined {
    if (request.headers.origin === undefined) return 'A WebSocket needs an Origin.'
    return this.refusal(request)
  }

  /** In constant time: hashes are compared, so that lengths do not tell either. */
  isToken(text: string): boolean {
    return timingSafeEqual(digest(text), this.#digest)
  }

  hasCookie(request: IncomingMessage): boolean {
    const cookies = (request.headers.cookie ?? '').split(';').map((one) => one.trim())
    const prefix = `${this.cookieName}=`
    return cookies.some((one) => one.startsWith(prefix) && this.isToken(one.slice(prefix.length)))
  }

  cookie(): string {
    return `${this.cookieName}=${this.token}; HttpOnly; SameSite=Strict; Path=/`
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && localNames.has(host.toLowerCase().replace(/:\d{1,5}$/, ''))
}
