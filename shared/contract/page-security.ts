/**
 * How the workbench page is served, the same by `larmor serve` and by the app:// protocol of the desktop: a strict
 * policy without inline scripts, eval or foreign hosts; styles only from files and with the nonce of this load.
 */

/** Vite writes this wherever a nonce belongs; it is replaced by a fresh one at every load. */
const noncePlaceholder = '__CSP_NONCE__'

export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** `html` as built, with the nonce of this load. */
export function withNonce(html: string, nonce: string): string {
  return html.split(noncePlaceholder).join(nonce)
}

/** Headers of every answer. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

const mimeTypes: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['mjs', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['json', 'application/json; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['ico', 'image/x-icon'],
  ['woff2', 'font/woff2'],
  ['wasm', 'application/wasm'],
  ['txt', 'text/plain; charset=utf-8'],
])

/** MIME type by file extension; undefined: such files are not served. */
export function mimeType(path: string): string | undefined {
  return mimeTypes.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
}

/**
 * The file below the page's folder that a URL path names, as segments, or undefined where the path is not acceptable
 * (escapes, hidden files, odd characters: none of the built files has them). `/` is the page itself.
 */
export function pageFileSegments(urlPath: string): string[] | undefined {
  if (urlPath === '/' || urlPath === '') return ['index.html']
  const segments = urlPath.replace(/^\//, '').split('/')
  const good = segments.every((s) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(s) && s !== '..')
  return good ? segments : undefined
}
