import { expect, test } from 'vitest'
import { z } from 'zod'
import { readInstances } from '#web/api/instances.ts'
import { makeApi } from '#web/api/request.ts'
import { readSession } from '#web/api/session.ts'
import { restoreWorkspace } from '#web/api/workspaces.ts'
import { messageOf, WebError } from '#web/errors.ts'

interface Seen {
  readonly path: string
  readonly init: RequestInit
}

/** An API over canned answers that remembers what was asked. */
function makeServer(answer: () => Response | Promise<Response>) {
  const seen: Seen[] = []
  const fetch = async (path: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    seen.push({ path: path instanceof Request ? path.url : path.toString(), init: init ?? {} })
    return answer()
  }
  return { api: makeApi(fetch), seen }
}

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status })
const refusal = (kind: string, message: string, status: number, field?: string): Response =>
  json({ error: { kind, message, field } }, status)
const headersOf = ({ init }: Seen): Record<string, string> => init.headers as Record<string, string> // set as a plain object

test('[WH1] what changes something carries the guard header and JSON; what reads does not', async () => {
  const { api, seen } = makeServer(() => json({}))
  await api.tell('/api/x', { method: 'POST', body: { a: 1 } })
  await api.ask(z.object({}), '/api/x')
  expect(headersOf(seen[0]!)).toMatchObject({ 'x-coattend': '1', 'content-type': 'application/json' }) // two calls were made
  expect(seen[0]?.init.body).toBe('{"a":1}')
  expect(Object.keys(headersOf(seen[1]!))).toEqual(['accept'])
})

test('[WH2] a refusal becomes an error with the server’s words, kind and field', async () => {
  const { api } = makeServer(() => refusal('bad-request', 'Choose another baseline.', 400, 'options.baseline'))
  const error = await api.ask(z.object({}), '/api/x').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(WebError)
  expect(error).toMatchObject({ kind: 'bad-request', message: 'Choose another baseline.', field: 'options.baseline' })
})

test('[WH3] a server that does not answer, or a proxy in its place, is being offline', async () => {
  const failing = makeServer(() => Promise.reject(new TypeError('failed to fetch')))
  await expect(failing.api.bytes('/api/x')).rejects.toMatchObject({ kind: 'offline' })
  const proxy = makeServer(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
  await expect(proxy.api.tell('/api/x', { method: 'DELETE' })).rejects.toMatchObject({ kind: 'offline' })
})

test('[WH4] an answer that does not fit its schema is refused, not half understood', async () => {
  const { api } = makeServer(() => json({ person: { id: '__proto__', name: 'x', colour: 1, dash: 1 } }))
  await expect(readSession(api)).rejects.toMatchObject({ kind: 'unreadable' })
  const cut = makeServer(() => new Response('{"person":'))
  await expect(readSession(cut.api)).rejects.toMatchObject({ kind: 'unreadable' })
})

test('[WH5] nobody is signed in when the server says so, and only then', async () => {
  expect(await readSession(makeServer(() => json({ person: null })).api)).toEqual({ person: null })
  await expect(readSession(makeServer(() => refusal('internal', 'Sorry.', 500)).api)).rejects.toMatchObject({
    kind: 'internal',
  })
})

test('[WH6] an aborted call ends as what it is, not as being offline', async () => {
  const controller = new AbortController()
  const reason = new DOMException('stopped', 'AbortError')
  const { api } = makeServer(() => Promise.reject(reason))
  controller.abort()
  await expect(api.ask(z.object({}), '/api/x', { signal: controller.signal })).rejects.toBe(reason)
})

test('[WH7] the list is asked for with just what was chosen', async () => {
  const { api, seen } = makeServer(() => json({ rows: [], total: 0, all: 0 }))
  await readInstances(api, 'lab', { search: '', filters: [], sort: null, descending: false, offset: 0, limit: 100 })
  await readInstances(api, 'lab', {
    search: 'a b',
    filters: [{ kind: 'text', query: 'x&y' }],
    sort: 'id',
    descending: true,
    offset: 100,
    limit: 50,
  })
  expect(seen[0]?.path).toBe('/api/workspaces/lab/instances?offset=0&limit=100')
  const query = new URLSearchParams(seen[1]?.path.split('?')[1])
  expect(Object.fromEntries(query)).toEqual({
    offset: '100',
    limit: '50',
    search: 'a b',
    filters: '[{"kind":"text","query":"x&y"}]',
    sort: 'id',
    descending: 'true',
  })
})

test('[WH8] a file to restore is sent as a zip file, whatever the system calls it', async () => {
  const { api, seen } = makeServer(() => refusal('too-large', 'Too large.', 413))
  await restoreWorkspace(api, new Blob(['x'], { type: '' })).catch(() => undefined)
  expect(headersOf(seen[0]!)['content-type']).toBe('application/zip') // one call was made
})

test('[WH9] whatever is thrown can be shown to a person', () => {
  expect(messageOf(new WebError('offline', 'The server is away.'))).toBe('The server is away.')
  expect(messageOf(new TypeError('x is undefined'))).toContain('x is undefined')
  expect(messageOf('odd')).toContain('odd')
})
