import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseOrigins, defaultOrigins, makeOrigins } from '#server/origins.ts'
import { routes } from '#server/routes/index.ts'
import type { CurrentSessionReply } from '#server/wire/session.ts'
import { makeFolder } from '#tests/support/database.ts'
import { ORIGIN, type TestServer, type Visitor, openTestServer } from '#tests/support/server.ts'

describe('the door of the API', () => {
  const dist = makeFolder()
  let server: TestServer
  let ana: Visitor

  beforeAll(async () => {
    mkdirSync(join(dist.path, 'assets'))
    writeFileSync(
      join(dist.path, 'index.html'),
      '<meta property="csp-nonce" nonce="coattend-csp-nonce"><script type="module" src="/assets/index-AbCd1234.js">',
    )
    writeFileSync(join(dist.path, 'assets', 'index-AbCd1234.js'), 'export const much = 1\n'.repeat(200))
    writeFileSync(join(dist.path, '.env'), 'SECRET=1')
    server = await openTestServer({ dist: dist.path })
    ana = await server.signIn('Ana')
  })
  afterAll(async () => {
    await server.close()
    dist.remove()
  })

  it.each(['http://evil.test', 'null', `${ORIGIN}.evil.test`, 'https://coattend.test:4884', 'http://coattend.test'])(
    '[SV80] a page of %s is refused, whatever it asks',
    async (origin) => {
      for (const [method, path] of [
        ['GET', '/api/session'],
        ['POST', '/api/session'],
      ] as const) {
        const response = await server.ask(ana, method, path, method === 'POST' ? { name: 'x' } : undefined, { origin })
        expect(response.status).toBe(403)
      }
    },
  )

  it.each(['evil.test', 'coattend.test', 'coattend.test:4884.evil.test', 'coattend.test:80', '127.0.0.1:4884'])(
    '[SV81] the name %s is refused even for reading',
    async (host) => {
      const response = await server.ask(ana, 'GET', '/api/session', undefined, { host })
      expect(response.status).toBe(403)
      expect(await response.text()).toContain('COATTEND_ORIGIN')
    },
  )

  it('[SV82] without the extra header nothing is changed by any route', async () => {
    for (const route of routes.filter(({ method }) => method !== 'GET')) {
      const path = route.path.replaceAll(/:\w+/g, 'x')
      const response = await server.ask(ana, route.method, path, '{}', { 'x-coattend': '' })
      expect(response.status, `${route.method} ${route.path}`).toBe(400)
      expect(await response.text()).toContain('x-coattend: 1')
    }
  })

  it('[SV83] every answer carries the security headers, refusals too', async () => {
    for (const path of [
      '/',
      '/api/health',
      '/api/session',
      '/api/nothing',
      '/assets/index-AbCd1234.js',
      '/assets/no.js',
    ]) {
      const response = await server.ask(null, 'GET', path)
      const header = (name: string): string => response.headers.get(name) ?? ''
      expect(header('x-content-type-options'), path).toBe('nosniff')
      expect(header('x-frame-options'), path).toBe('DENY')
      expect(header('cross-origin-opener-policy'), path).toBe('same-origin')
      expect(header('cross-origin-resource-policy'), path).toBe('same-origin')
      expect(header('referrer-policy'), path).toBe('no-referrer')
      expect(header('content-security-policy'), path).toContain("frame-ancestors 'none'")
      expect(header('content-security-policy'), path).toContain("default-src 'none'")
    }
  })

  it('[SV84] the page runs scripts of ours alone, and its nonce is another every time', async () => {
    const nonces = new Set<string>()
    for (const path of ['/', '/w/newsroom?instance=a', '/index.html']) {
      const response = await server.ask(null, 'GET', path)
      expect(response.status).toBe(200)
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("script-src 'self';")
      expect(policy).not.toContain('unsafe')
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
      expect(await response.text()).toContain(`nonce="${nonce}"`)
      expect(response.headers.get('cache-control')).toBe('no-cache')
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(3)
  })

  it('[SV85] a file with a hash in its name is kept for ever, compressed, and known by its tag', async () => {
    const path = '/assets/index-AbCd1234.js'
    const plain = await server.ask(null, 'GET', path)
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const small = await server.ask(null, 'GET', path, undefined, { 'accept-encoding': 'gzip, br' })
    expect(small.headers.get('content-encoding')).toBe('gzip')
    expect((await small.arrayBuffer()).byteLength).toBeLessThan((await plain.arrayBuffer()).byteLength / 4)
    const known = await server.ask(null, 'GET', path, undefined, { 'if-none-match': plain.headers.get('etag') ?? '' })
    expect(known.status).toBe(304)
  })

  it.each([
    '/.env',
    '/assets/../.env',
    '/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/assets/..%5c..%5cx.js',
    '/assets/gone-12345678.js',
    '//etc/passwd.txt',
  ])('[SV86] %s reaches no file', async (path) => {
    const response = await server.ask(null, 'GET', path)
    const text = await response.text()
    expect(text).not.toContain('SECRET')
    expect(text).not.toContain('root:')
  })

  it('[SV87] the cookie of a session is kept from scripts and other sites, and only its hash is stored', async () => {
    const response = await server.ask(null, 'POST', '/api/session', { name: 'Ben' })
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^coattend_test=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=15552000$/)
    const token = /=([\w-]{43})/.exec(cookie)?.[1] ?? ''
    const { rows } = await server.deps.database.query('select token_hash from session')
    expect(rows.map(({ token_hash }) => token_hash)).not.toContain(token)
    expect(JSON.stringify(rows)).toMatch(/[0-9a-f]{64}/)
  })

  /** Whom the server takes somebody for. */
  const nameOf = async (visitor: Visitor): Promise<string | null> => {
    const response = await server.ask(visitor, 'GET', '/api/session')
    expect(response.status).toBe(200)
    return ((await response.json()) as CurrentSessionReply).person?.name ?? null
  }

  it('[SV88] signing out ends the session, and a made-up cookie is nobody', async () => {
    const ben = await server.signIn('Ben')
    expect(await nameOf(ben)).toBe('Ben')
    expect((await server.ask(ben, 'DELETE', '/api/session')).status).toBe(204)
    expect(await nameOf(ben)).toBeNull()
    const forged = { id: 'x', cookie: 'coattend_test=AAAA' }
    expect(await nameOf(forged)).toBeNull()
  })

  it('[SV89] a session that nobody used for half a year is over', async () => {
    const ben = await server.signIn('Ben')
    server.pass(100 * 86_400_000)
    expect(await nameOf(ben)).toBe('Ben')
    server.pass(100 * 86_400_000)
    expect(await nameOf(ben)).toBe('Ben')
    server.pass(181 * 86_400_000)
    expect(await nameOf(ben)).toBeNull()
  })

  it('[SV90] somebody who signs in again and again is stopped', async () => {
    const statuses: number[] = []
    for (let turn = 0; turn < 80; turn++)
      statuses.push((await server.ask(null, 'POST', '/api/session', { name: 'Bot' })).status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10)
    server.pass(60_000)
    expect((await server.ask(null, 'POST', '/api/session', { name: 'Late' })).status).toBe(200)
  })
})

describe('origins', () => {
  it('[SV91] a server on one address answers to it and to the names of its own machine', () => {
    expect(defaultOrigins('127.0.0.1', 4884, ['10.0.0.5'])).toEqual([
      'http://127.0.0.1:4884',
      'http://localhost:4884',
      'http://[::1]:4884',
    ])
    expect(defaultOrigins('0.0.0.0', 80, ['10.0.0.5'])).toContain('http://10.0.0.5')
    expect(defaultOrigins('class.local', 4884, [])).toContain('http://class.local:4884')
  })

  it('[SV92] COATTEND_ORIGIN holds addresses and nothing else', () => {
    expect(parseOrigins('https://class.example.org, http://10.0.0.5:4884/')).toEqual([
      'https://class.example.org',
      'http://10.0.0.5:4884',
    ])
    for (const wrong of ['*', 'class.example.org', 'https://*.example.org', 'https://a/b', 'ftp://a', 'https://me@a']) {
      expect(() => parseOrigins(wrong), wrong).toThrow('is no address')
    }
  })

  it('[SV93] a host that is reached by https alone gets a Secure cookie', () => {
    const origins = makeOrigins(['https://class.example.org', 'http://127.0.0.1:4884'])
    expect(origins.isSecure('class.example.org')).toBe(true)
    expect(origins.isSecure('class.example.org:443')).toBe(true)
    expect(origins.isSecure('127.0.0.1:4884')).toBe(false)
    expect(origins.admitsHost('CLASS.example.org')).toBe(true)
    expect(origins.admitsHost(undefined)).toBe(false)
  })
})
