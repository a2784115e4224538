import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { may } from '#collab/wire/policy.ts'
import { type Role, roles } from '#collab/wire/presence.ts'
import type { Route } from '#server/route.ts'
import { routes } from '#server/routes/index.ts'
import { options } from '#tests/support/options.ts'
import { type TestServer, type Visitor, openTestServer, until } from '#tests/support/server.ts'

const HASH = '0'.repeat(64)

/** Who asks: somebody in a workspace with a role, somebody without access, or nobody. */
type Asker = Role | 'stranger' | 'nobody'
const askers: readonly Asker[] = ['nobody', 'stranger', ...roles]

/** A body that fits, by route; `undefined` where none is needed. */
const bodies: Readonly<Record<string, unknown>> = {
  'POST /api/session': { name: 'Somebody' },
  'PATCH /api/session': { name: 'Somebody else' },
  'POST /api/workspaces': { name: 'New', checkpoint: 'model', corpus: { name: 'c', rows: '{"source":"one two"}' } },
  'POST /api/arrivals': { from: 'folder', name: '/nowhere' },
  'POST /api/arrivals/uploads': { name: 'mine', files: [{ name: 'config.json', bytes: 2 }] },
  'POST /api/intakes': { name: 'rows.csv', bytes: 10 },
  'POST /api/intakes/local': { path: '/nowhere' },
  'PATCH /api/intakes/:intake': {},
  'PATCH /api/workspaces/:workspace': { name: 'Renamed' },
  'PUT /api/workspaces/:workspace/members/:person': { role: 'viewer' },
  'POST /api/workspaces/:workspace/notes': {},
  'POST /api/workspaces/:workspace/instances': { from: 'a', source: null, target: { kind: 'write' }, checkpoint: null },
  'POST /api/workspaces/:workspace/instances/:instance/output': {},
  'POST /api/workspaces/:workspace/outputs': {},
  'POST /api/workspaces/:workspace/studies': {
    study: { kind: 'projection', of: { steps: ['a'] }, method: 'pca' },
  },
  'POST /api/workspaces/:workspace/attributions': { instance: 'a', options, focus: null },
  'POST /api/workspaces/:workspace/analyses': { instance: 'a', question: { kind: 'flow' } },
}

/** These end something, so they come last. */
const last = ['DELETE /api/workspaces/:workspace', 'DELETE /api/session']

const nameOf = (route: Route): string => `${route.method} ${route.path}`

const ordered = [...routes].sort((a, b) => last.indexOf(nameOf(a)) - last.indexOf(nameOf(b)))

function expected(route: Route, asker: Asker): 'allowed' | 401 | 403 {
  if (route.access === 'anybody') return 'allowed'
  if (asker === 'nobody') return 401
  if (route.access === 'person') return 'allowed'
  return asker !== 'stranger' && may(asker, route.access) ? 'allowed' : 403
}

describe('every route against every role', () => {
  let server: TestServer
  const people = new Map<Asker, { visitor: Visitor | null; workspace: string }>()
  let guest: Visitor

  beforeAll(async () => {
    server = await openTestServer()
    const teacher = await server.signIn('Teacher')
    guest = await server.signIn('Guest')
    for (const asker of askers) {
      const visitor = asker === 'nobody' ? null : await server.signIn(asker)
      const made = await server.ask(teacher, 'POST', '/api/workspaces', {
        name: `For ${asker}`,
        checkpoint: 'model',
        corpus: { name: 'c', rows: '{"id":"a","source":"one two three"}' },
      })
      const { id } = (await made.json()) as { id: string }
      await server.ask(teacher, 'PATCH', `/api/workspaces/${id}`, { openRole: 'none' })
      if (visitor !== null && asker !== 'stranger') {
        await server.ask(teacher, 'PUT', `/api/workspaces/${id}/members/${visitor.id}`, { role: asker })
      }
      people.set(asker, { visitor, workspace: id })
      await until('the output is written', async () => {
        const instance = await server.ask(teacher, 'GET', `/api/workspaces/${id}/instances/a`)
        return ((await instance.json()) as { output: unknown }).output !== null
      })
    }
  })
  afterAll(() => server.close())

  const cases = askers.flatMap((asker) => ordered.map((route) => ({ asker, route, name: nameOf(route) })))

  it.each(cases)('[SV10] $name as $asker', async ({ asker, route, name }) => {
    const { visitor, workspace } = people.get(asker)!
    const path = route.path
      .replace(':workspace', workspace)
      .replace(':instance', 'a')
      .replace(':person', guest.id)
      .replace(/:(run|hash)/, HASH)
      .replace(/:(intake|arrival)/, 'nothing')
    const upload = route.body !== null && 'media' in route.body ? { 'content-type': route.body.media[0]! } : {}
    const response = await server.ask(visitor, route.method, path, bodies[name], upload)
    const right = expected(route, asker)
    if (right === 'allowed') expect([200, 201, 204, 400, 404]).toContain(response.status)
    else expect(response.status).toBe(right)
    if (response.status >= 400) {
      const { error } = (await response.json()) as { error: { kind: string; message: string } }
      expect(error.message.length).toBeGreaterThan(20)
    } else {
      await response.arrayBuffer()
    }
  })

  it('[SV11] a body is given for every route that takes one', () => {
    const needing = routes.filter(({ body }) => body !== null && 'json' in body).map(nameOf)
    expect(needing.filter((name) => !(name in bodies))).toEqual([])
  })

  it('[SV12] a route of a workspace always names the workspace in its address', () => {
    const wrong = routes.filter(
      ({ access, path }) => access !== 'anybody' && access !== 'person' && !path.includes(':workspace'),
    )
    expect(wrong.map(nameOf)).toEqual([])
    const open = routes.filter(
      ({ access, path }) => (access === 'anybody' || access === 'person') && path.includes(':workspace'),
    )
    expect(open.map(nameOf)).toEqual([])
  })

  it('[SV13] the refusal of a route that is open to nobody says nothing about what is behind it', async () => {
    const there = await server.ask(null, 'GET', `/api/workspaces/${people.get('owner')!.workspace}/runs`)
    const nowhere = await server.ask(null, 'GET', '/api/workspaces/nowhere/runs')
    expect(await there.text()).toBe(await nowhere.text())
  })
})
