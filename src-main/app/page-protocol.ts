import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  contentSecurityPolicy,
  mimeType,
  pageFileSegments,
  securityHeaders,
  withNonce,
} from '#shared/contract/page-security.ts'
import { pageHost } from './page-address.ts'

export interface PageAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array<ArrayBuffer>
}

/** What app://larmor/... answers: the built page from `folder`, with a strict policy and a nonce of its own. */
export async function answerPage(
  folder: string,
  request: { readonly url: string; readonly method: string },
): Promise<PageAnswer> {
  const url = new URL(request.url)
  if (url.host !== pageHost || request.method !== 'GET') return refuse(403)
  const segments = pageFileSegments(url.pathname)
  const type = mimeType(segments?.at(-1) ?? '')
  if (segments === undefined || type === undefined) return refuse(404)
  const content = await readFile(join(folder, ...segments)).catch(() => undefined)
  if (content === undefined) return refuse(404)
  const isPage = type.startsWith('text/html')
  const nonce = isPage ? randomBytes(16).toString('base64') : ''
  return {
    status: 200,
    headers: headers(type, nonce),
    body: isPage
      ? new TextEncoder().encode(withNonce(content.toString('utf8'), nonce))
      : new Uint8Array(content),
  }
}

const headers = (type: string, nonce: string): Record<string, string> => ({
  ...securityHeaders,
  'Content-Type': type,
  'Content-Security-Policy': contentSecurityPolicy(nonce),
  'Cache-Control': 'no-store',
})

const refuse = (status: number): PageAnswer => ({
  status,
  headers: headers('text/plain; charset=utf-8', ''),
  body: new Uint8Array(0),
})
