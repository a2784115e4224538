import type { MiddlewareHandler } from 'hono'

/** Put on every answer. */
const always: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
}

/** For all that is not the page: it may not even be shown in a frame, let alone run anything. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'"

/** Security headers; an answer that sets a policy of its own keeps it. */
export function securityHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(always)) context.res.headers.set(name, value)
    if (!context.res.headers.has('content-security-policy')) context.res.headers.set('content-security-policy', NOTHING)
  }
}

/**
 * The policy of the page. Scripts come from files of ours alone. Styles too, except for elements with the nonce of this answer:
 * CodeMirror writes its styles into such elements.
 */
export function pagePolicy(nonce: string, host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    // Older browsers do not count WebSockets of the same host as 'self'.
    `connect-src 'self' ws://${host} wss://${host}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
