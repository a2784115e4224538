import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '#server/routes/index.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { options } from '#tests/support/options.ts'
import { type TestServer, type Visitor, openTestServer } from '#tests/support/server.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz } from '#tests/support/seeds.ts'

const refusal = async (response: Response): Promise<{ kind: string; message: string; field?: string }> =>
  ((await response.json()) as { error: { kind: string; message: string; field?: string } }).error

describe('bad input', () => {
  let server: TestServer
  let ana: Visitor
  let workspace: string

  beforeAll(async () => {
    server = await openTestServer()
    ana = await server.signIn('Ana')
    workspace = await makeWorkspace(server, ana, [{ id: 'a', source: 'one two three' }])
    await writeAll(server, ana, workspace)
  })
  afterAll(() => server.close())

  const fill = (path: string): string =>
    path
      .replace(':workspace', workspace)
      .replace(':instance', 'a')
      .replace(/:(person|run|hash|intake|arrival)/, ana.id)
  const withBody = routes.filter((route) => route.body !== null && 'json' in route.body)
  const cases = withBody.map((route) => ({ route, name: `${route.method} ${route.path}` }))

  const wrongBodies: readonly [string, string][] = [
    ['no JSON', '{"name": '],
    ['a list', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['an unknown field', '{"surprise": 1}'],
    ['__proto__', '{"__proto__": {"role": "owner"}, "name": "x", "instance": "a"}'],
    ['constructor', '{"constructor": {"prototype": {}}}'],
    ['invalid UTF-8', '\ud800'],
    ['depth', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['wrong types', '{"name": 5, "role": [], "openRole": {}, "checkpoint": null, "instance": 7, "options": "x"}'],
  ]

  describe.each(cases)('$name', ({ route }) => {
    it.each(wrongBodies)('[SV60] refuses %s with 400 and a reason', async (_, body) => {
      const response = await server.ask(ana, route.method, fill(route.path), body)
      expect(response.status).toBe(400)
      const { kind, message } = await refusal(response)
      expect(kind).toBe('bad-request')
      expect(message.length).toBeGreaterThan(10)
    })

    it('[SV61] refuses a body that is not declared as JSON', async () => {
      const response = await server.ask(ana, route.method, fill(route.path), '{}', { 'content-type': 'text/plain' })
      expect(response.status).toBe(400)
      expect((await refusal(response)).message).toContain('content-type: application/json')
    })

    it('[SV62] refuses a body that is too large, claimed or not, before it is read to its end', async () => {
      const most = route.body !== null && 'json' in route.body ? route.body.maxBytes : 0
      const claimed = await server.ask(ana, route.method, fill(route.path), '{}', {
        'content-length': String(most + 1),
      })
      expect(claimed.status).toBe(413)
      let sent = 0
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 1 << 20
          controller.enqueue(new Uint8Array(1 << 20).fill(0x20))
        },
      })
      const streamed = await server.ask(ana, route.method, fill(route.path), endless)
      expect(streamed.status).toBe(413)
      expect(sent).toBeLessThan(most + 8 * (1 << 20))
    })
  })

  it.each(['..%2f..%2fetc', '%2e%2e', '.hidden', '__proto__', 'a'.repeat(81), 'a b', '%00', 'ü', 'constructor'])(
    '[SV63] "%s" names nothing in an address',
    async (name) => {
      for (const path of [
        `/api/workspaces/${name}`,
        `/api/workspaces/${workspace}/instances/${name}`,
        `/api/workspaces/${workspace}/results/${name}`,
        `/api/workspaces/${workspace}/runs/${name}`,
      ]) {
        const response = await server.ask(ana, 'GET', path)
        expect([400, 404]).toContain(response.status)
        expect((await refusal(response)).message.length).toBeGreaterThan(10)
      }
    },
  )

  const wrongQueries: readonly string[] = [
    'filters=notjson',
    'filters={}',
    'filters=[{"kind":"is"}]',
    'filters=[{"kind":"range","field":"__proto__","min":0,"max":1}]',
    'filters=[{"kind":"is","field":"constructor","values":["x"],"not":false}]',
    `filters=${encodeURIComponent(JSON.stringify([{ kind: 'range', field: "x'; drop table instance; --", min: 0, max: 1 }]))}`,
    'sort=%27%3B--',
    'limit=0',
    'limit=501',
    'limit=x',
    'offset=-1',
    'offset=1.5',
    'descending=perhaps',
    `search=${'x'.repeat(201)}`,
    `filters=${'x'.repeat(9_000)}`,
  ]
  it.each(wrongQueries)('[SV64] the list refuses %s with a reason', async (query) => {
    const response = await server.ask(ana, 'GET', `/api/workspaces/${workspace}/instances?${query}`)
    expect(response.status).toBe(400)
    expect((await refusal(response)).message.length).toBeGreaterThan(10)
  })

  it('[SV65] a search is text and never a pattern or a statement', async () => {
    for (const search of ['%', '_', '\\', "'; drop table instance; --", '${1}', '\u0000', '\ufffd']) {
      const path = `/api/workspaces/${workspace}/instances?search=${encodeURIComponent(search)}`
      const response = await server.ask(ana, 'GET', path)
      expect([200, 400]).toContain(response.status)
      if (response.status === 200) expect(await read(response)).toMatchObject({ total: 0, all: 1 })
    }
  })

  const wrongOptions: readonly [string, object][] = [
    ['options.baseline', { baseline: 'pad' }],
    ['options.baseline', { baseline: 'token:1000' }],
    ['options.baseline', { baseline: 'token:99999999999' }],
    ['options.contrast', { contrast: 1_000 }],
    ['options.method', { method: 'magic' }],
    ['options.quadrature', { quadrature: { nodes: 0 } }],
    ['options.quadrature', { quadrature: { nodes: 8, tolerance: 0.1 } }],
    ['options.quadrature', { quadrature: { tolerance: 0 } }],
    ['options', { extra: true }],
  ]
  it.each(wrongOptions)('[SV66] an attribution with a wrong %s names it: %o', async (field, change) => {
    const body = { instance: 'a', options: { ...options, ...change }, focus: null }
    const response = await server.ask(ana, 'POST', `/api/workspaces/${workspace}/attributions`, body)
    expect(response.status).toBe(400)
    expect((await refusal(response)).field).toContain(field)
  })

  it('[SV67] an attribution of what is not there is refused', async () => {
    const path = `/api/workspaces/${workspace}/attributions`
    expect((await server.ask(ana, 'POST', path, { instance: 'none', options, focus: null })).status).toBe(404)
    expect((await server.ask(ana, 'POST', path, { instance: 'a', options, focus: 99 })).status).toBe(400)
  })

  const wrongCorpora: readonly [string, string, string][] = [
    ['no row', '\n\n', 'line 1'],
    ['no JSON', '{"source":"x"}\n{nope', 'line 2'],
    ['a list as a row', '["x"]', 'line 1'],
    ['no source', '{"text":"x"}', '"source"'],
    ['an empty source', '{"source":""}', 'empty'],
    ['a source that is no text', '{"source":5}', '"source"'],
    ['one id twice', '{"id":1,"source":"x"}\n{"id":"1","source":"y"}', 'line 2'],
    ['a column __proto__', '{"source":"x","__proto__":{"a":1}}', '__proto__'],
    ['a column __proto__ deeper down', '{"source":"x","data":{"__proto__":{"a":1}}}', '__proto__'],
    ['a reference that is no text', '{"source":"x","reference":{}}', '"reference"'],
    [
      'too many columns',
      JSON.stringify({ source: 'x', ...Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`c${i}`, 1])) }),
      '200 columns',
    ],
  ]
  it.each(wrongCorpora)(
    '[SV68] a corpus with %s is refused by its line, and nothing is made',
    async (_, rows, named) => {
      const count = async (): Promise<number> =>
        (await read<{ workspaces: unknown[] }>(await server.ask(ana, 'GET', '/api/workspaces'))).workspaces.length
      const before = await count()
      const body = { name: 'x', checkpoint: 'model', corpus: { name: 'c', rows } }
      const response = await server.ask(ana, 'POST', '/api/workspaces', body)
      expect(response.status).toBe(400)
      expect((await refusal(response)).message).toContain(named)
      expect(await count()).toBe(before)
    },
  )

  it.each(['', '   ', 'x'.repeat(41), 'a\u0000b', 'a\nb', '\u202eevil', '\ud800'])(
    '[SV69] %j is no name',
    async (name) => {
      expect((await server.ask(ana, 'POST', '/api/session', { name })).status).toBe(400)
      expect((await server.ask(ana, 'PATCH', `/api/workspaces/${workspace}`, { name: name.repeat(3) })).status).toBe(
        400,
      )
    },
  )

  it('[SV70] an unknown checkpoint, one that is gone, and an unknown person are refused by name', async () => {
    const body = { name: 'x', checkpoint: 'nothing', corpus: { name: 'c', rows: '{"source":"x"}' } }
    expect(await (await server.ask(ana, 'POST', '/api/workspaces', body)).text()).toContain('no checkpoint')
    const person = await server.ask(ana, 'PUT', `/api/workspaces/${workspace}/members/nobody`, { role: 'viewer' })
    expect(person.status).toBe(404)
  })

  it('[SV71] a full disk refuses what would be stored and says so; reading goes on', async () => {
    server.setFree(1 << 20)
    server.pass(5_000)
    const body = { name: 'x', checkpoint: 'model', corpus: { name: 'c', rows: '{"source":"x"}' } }
    const made = await server.ask(ana, 'POST', '/api/workspaces', body)
    const note = await server.ask(ana, 'POST', `/api/workspaces/${workspace}/notes`, {})
    const run = await server.ask(ana, 'POST', `/api/workspaces/${workspace}/attributions`, {
      instance: 'a',
      options,
      focus: null,
    })
    expect([made.status, note.status, run.status]).toEqual([507, 507, 507])
    expect((await refusal(made)).message).toContain('Free some space')
    expect((await server.ask(ana, 'GET', `/api/workspaces/${workspace}/instances/a`)).status).toBe(200)
    server.setFree(2 ** 40)
    server.pass(5_000)
    expect((await server.ask(ana, 'POST', `/api/workspaces/${workspace}/notes`, {})).status).toBe(201)
  })

  it('[SV72] a fault of ours is answered with a number and nothing else, and the log says the rest', async () => {
    const { database } = server.deps
    const broken = Object.assign(Object.create(database) as typeof database, {
      query: () => Promise.reject(new Error('secret \u001b[31mdetail')),
    })
    const { createApp } = await import('#server/app.ts')
    const app = createApp({ ...server.deps, database: broken })
    const response = await app.request('http://coattend.test:4884/api/health', {}, {})
    expect(response.status).toBe(500)
    const { message } = await refusal(response)
    expect(message).not.toContain('secret')
    const number = /under (\w+)$/.exec(message)?.[1] ?? '?'
    const line = server.lines.find((one) => one.includes(number)) ?? ''
    expect(line).toContain('secret \\u{1b}[31mdetail')
  })

  it('[SV73] seeded random requests never bring a 500 nor hang', async () => {
    const plan = fuzz(150, 20_000)
    const random = makeRandom(plan.seed)
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
    const odd: readonly unknown[] = [
      null,
      true,
      -1,
      1e308,
      '',
      'x',
      '\u0000',
      '\ud800',
      [],
      {},
      [[]],
      { a: 1 },
      'a'.repeat(5_000),
      ana.id,
      workspace,
      options,
    ]
    const names = [
      'name',
      'role',
      'openRole',
      'instance',
      'options',
      'focus',
      'checkpoint',
      'corpus',
      'rows',
      '__proto__',
      'fields',
    ]
    for (let round = 0; round < plan.rounds; round++) {
      const route = pick(
        routes.filter(({ method, path }) => !(method === 'DELETE' && /session|:workspace$/.test(path))),
      )
      const body = JSON.stringify(Object.fromEntries(Array.from({ length: 4 }, () => [pick(names), pick(odd)])))
      const path = route.path.replaceAll(/:\w+/g, () => encodeURIComponent(pick([workspace, 'a', ana.id, '..', 'ü'])))
      const query = `?${pick(['filters', 'sort', 'limit', 'bin', 'forever'])}=${encodeURIComponent(pick(['[]', '-1', 'x', '{"a":1}']))}`
      const response = await server.ask(ana, route.method, path + query, route.method === 'GET' ? undefined : body)
      expect(
        response.status,
        `${route.method} ${path}${query} ${body}; ${describeFuzz(plan)}; ${server.lines.at(-1)}`,
      ).not.toBe(500)
      await response.arrayBuffer()
    }
  })
})
