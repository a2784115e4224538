import { afterAll, beforeAll, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { InstanceReply, InstancesReply } from '#server/wire/instances.ts'
import type { MembersReply, WorkspaceReply, WorkspacesReply } from '#server/wire/workspaces.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { options } from '#tests/support/options.ts'
import { type TestServer, type Visitor, until } from '#tests/support/server.ts'
import { describeBoth } from './both-databases.ts'
import { openServerAt } from './open-server.ts'

describeBoth('workspaces', (place) => {
  let server: TestServer
  let ana: Visitor
  let ben: Visitor

  beforeAll(async () => {
    server = await openServerAt(place)
    ana = await server.signIn('Ana')
    ben = await server.signIn('Ben')
  })
  afterAll(() => server.close())

  const list = async (visitor: Visitor | null, query = ''): Promise<readonly WorkspaceReply[]> =>
    (await read<WorkspacesReply>(await server.ask(visitor, 'GET', `/api/workspaces${query}`))).workspaces
  const get = async (visitor: Visitor, id: string): Promise<WorkspaceReply> =>
    read(await server.ask(visitor, 'GET', `/api/workspaces/${id}`))

  it('[SV40] who makes a workspace owns it, and its outputs are written by themselves', async () => {
    const id = await makeWorkspace(server, ana, [
      { id: 'a', source: 'one two' },
      { id: 'b', source: 'three four' },
    ])
    await writeAll(server, ana, id)
    const reply = await get(ana, id)
    expect(reply).toMatchObject({
      role: 'owner',
      example: false,
      corpus: { instances: 2, outputs: 2 },
      deletedAt: null,
    })
    expect(reply.bytes).toBeGreaterThan(0)
    expect((await get(ben, id)).role).toBe('editor')
  })

  it('[SV41] the bin hides a workspace from everybody but its owner, who can take it out or delete it for good', async () => {
    const id = await makeWorkspace(server, ana)
    expect((await server.ask(ana, 'DELETE', `/api/workspaces/${id}`)).status).toBe(204)
    expect((await list(ana)).map((one) => one.id)).not.toContain(id)
    expect((await list(ana, '?bin=true')).map((one) => one.id)).toContain(id)
    expect((await list(ben, '?bin=true')).map((one) => one.id)).not.toContain(id)
    expect((await server.ask(ana, 'GET', `/api/workspaces/${id}/instances`)).status).toBe(404)
    const back = await read<WorkspaceReply>(await server.ask(ana, 'POST', `/api/workspaces/${id}/undelete`))
    expect(back.deletedAt).toBeNull()
    expect((await get(ben, id)).corpus.instances).toBe(1)
    await server.ask(ana, 'DELETE', `/api/workspaces/${id}`)
    expect((await server.ask(ana, 'DELETE', `/api/workspaces/${id}?forever=true`)).status).toBe(204)
    expect((await server.ask(ana, 'POST', `/api/workspaces/${id}/undelete`)).status).toBe(404)
  })

  it('[SV42] deleting for good leaves no row and no file of the workspace', async () => {
    const id = await makeWorkspace(server, ana, [{ id: 'a', source: 'words that are only here' }])
    await writeAll(server, ana, id)
    const body = { instance: 'a', options, focus: null }
    await server.ask(ana, 'POST', `/api/workspaces/${id}/attributions`, body)
    const { database, results, states } = server.deps
    const runs = await until('it is computed', async () => {
      const { rows } = await database.query(
        `select result from run join run_request using (key) where workspace = $1 and result is not null`,
        [id],
      )
      return rows.length > 0
    }).then(() =>
      database.query(
        'select result from run join run_request using (key) where workspace = $1 and result is not null',
        [id],
      ),
    )
    const chunks = await database.query('select hash from state_chunk where workspace = $1', [id])
    expect(chunks.rows.length).toBeGreaterThan(0)
    await server.ask(ana, 'DELETE', `/api/workspaces/${id}?forever=true`)
    for (const table of [
      'instance',
      'output',
      'document',
      'job_event',
      'run_request',
      'state_chunk',
      'corpus',
      'member',
    ]) {
      const { rows } = await database.query(`select 1 from ${table} where workspace = $1`, [id])
      expect(rows, table).toEqual([])
    }
    expect(runs.rows.map(({ result }) => results.has(result))).toEqual([false])
    expect(chunks.rows.map(({ hash }) => states.has(hash))).toEqual([false])
  })

  it('[SV43] the open role decides for all who have none of their own, from the moment it changes', async () => {
    const id = await makeWorkspace(server, ana)
    await server.ask(ana, 'PATCH', `/api/workspaces/${id}`, { openRole: 'viewer' })
    expect((await get(ben, id)).role).toBe('viewer')
    expect((await server.ask(ben, 'POST', `/api/workspaces/${id}/notes`, {})).status).toBe(403)
    await server.ask(ana, 'PUT', `/api/workspaces/${id}/members/${ben.id}`, { role: 'editor' })
    expect((await server.ask(ben, 'POST', `/api/workspaces/${id}/notes`, {})).status).toBe(201)
    await server.ask(ana, 'PATCH', `/api/workspaces/${id}`, { openRole: 'none' })
    expect((await list(null)).map((one) => one.id)).not.toContain(id)
    expect((await get(ben, id)).role).toBe('editor')
    const reply = await read<MembersReply>(
      await server.ask(ana, 'PUT', `/api/workspaces/${id}/members/${ben.id}`, { role: null }),
    )
    expect(reply.members.map((member) => member.name)).toEqual(['Ana'])
    expect((await server.ask(ben, 'GET', `/api/workspaces/${id}`)).status).toBe(403)
  })

  it('[SV44] a workspace never loses its last owner', async () => {
    const id = await makeWorkspace(server, ana)
    const down = await server.ask(ana, 'PUT', `/api/workspaces/${id}/members/${ana.id}`, { role: 'viewer' })
    expect(down.status).toBe(409)
    expect((await get(ana, id)).role).toBe('owner')
    await server.ask(ana, 'PUT', `/api/workspaces/${id}/members/${ben.id}`, { role: 'owner' })
    expect((await server.ask(ana, 'PUT', `/api/workspaces/${id}/members/${ana.id}`, { role: 'viewer' })).status).toBe(
      200,
    )
    expect((await get(ana, id)).role).toBe('viewer')
  })

  it('[SV45] an editor may rename but not open the workspace to others', async () => {
    const id = await makeWorkspace(server, ana)
    expect((await server.ask(ben, 'PATCH', `/api/workspaces/${id}`, { name: 'Better' })).status).toBe(200)
    expect((await get(ana, id)).name).toBe('Better')
    expect((await server.ask(ben, 'PATCH', `/api/workspaces/${id}`, { openRole: 'none' })).status).toBe(403)
  })

  it('[SV46] a note is a document of its own, made by the server', async () => {
    const id = await makeWorkspace(server, ana)
    const note = await read<{ id: string }>(await server.ask(ana, 'POST', `/api/workspaces/${id}/notes`, {}))
    expect(await server.deps.collab.encodeState(id, `notes/${note.id}`)).not.toBeNull()
    expect(await server.deps.collab.encodeState(id, 'notes/other')).toBeNull()
  })

  it('[SV47] an export that is restored gives an equal workspace', async () => {
    const rows = [
      {
        id: 'a',
        source: 'one \u0000 two 😀 \ud83d',
        reference: 'uno',
        kind: 'x',
        tags: ['p', 'q'],
        size: 1.5,
        deep: { k: [1, null] },
      },
      { id: 'b', source: 'three\nfour', kind: 'y', tags: [], size: 2, deep: { k: 'é' } },
    ]
    const id = await makeWorkspace(server, ana, rows)
    await writeAll(server, ana, id)
    const { id: note } = await read<{ id: string }>(await server.ask(ana, 'POST', `/api/workspaces/${id}/notes`, {}))
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'A thought about attention')
    await server.deps.collab.replace(id, `notes/${note}`, Y.encodeStateAsUpdate(doc))
    const file = await server.ask(ben, 'GET', `/api/workspaces/${id}/export`)
    expect(file.headers.get('content-disposition')).toContain('attachment')
    const zip = new Uint8Array(await file.arrayBuffer())
    const restored = await read<WorkspaceReply>(
      await server.ask(ben, 'POST', '/api/workspaces/restore', zip, { 'content-type': 'application/zip' }),
    )
    expect(restored).toMatchObject({ name: 'Test', role: 'owner', corpus: { name: 'rows', instances: 2, outputs: 2 } })
    for (const instance of ['a', 'b']) {
      const before = await read<InstanceReply>(
        await server.ask(ana, 'GET', `/api/workspaces/${id}/instances/${instance}`),
      )
      const after = await read<InstanceReply>(
        await server.ask(ben, 'GET', `/api/workspaces/${restored.id}/instances/${instance}`),
      )
      expect(after).toEqual(before)
    }
    const listOf = async (workspace: string): Promise<InstancesReply> =>
      read(await server.ask(ben, 'GET', `/api/workspaces/${workspace}/instances`))
    expect(await listOf(restored.id)).toEqual(await listOf(id))
    expect(await read(await server.ask(ben, 'GET', `/api/workspaces/${restored.id}/fields`))).toEqual(
      await read(await server.ask(ben, 'GET', `/api/workspaces/${id}/fields`)),
    )
    const copy = new Y.Doc()
    const state = await server.deps.collab.encodeState(restored.id, `notes/${note}`)
    Y.applyUpdate(copy, state ?? new Uint8Array())
    expect(copy.getText('text').toJSON()).toBe('A thought about attention')
    const data = await server.deps.database.query('select data from instance where workspace = $1 order by ordinal', [
      restored.id,
    ])
    expect(data.rows.map((row) => row.data)).toEqual([{ deep: { k: [1, null] } }, { deep: { k: 'é' } }])
    await writeAll(server, ben, restored.id)
  })

  it('[SV48] a cut, changed or foreign archive is refused by name, and nothing of it stays', async () => {
    const id = await makeWorkspace(server, ana)
    const zip = new Uint8Array(await (await server.ask(ana, 'GET', `/api/workspaces/${id}/export`)).arrayBuffer())
    const before = (await list(ana)).length
    const restore = (bytes: Uint8Array<ArrayBuffer>): Promise<Response> =>
      server.ask(ana, 'POST', '/api/workspaces/restore', bytes, { 'content-type': 'application/zip' })
    const changed = zip.slice()
    const at = Buffer.from(changed).indexOf('coattend.json') + 60
    changed[at] = changed[at]! ^ 0xff
    for (const bytes of [
      zip.slice(0, zip.length / 2),
      changed,
      new Uint8Array(0),
      new TextEncoder().encode('no zip at all'),
    ]) {
      const response = await restore(bytes)
      expect(response.status).toBe(400)
      expect(await response.text()).toMatch(/archive|zip/)
    }
    expect((await list(ana)).length).toBe(before)
    expect((await restore(zip)).status).toBe(201)
  })

  it('[SV49] the list can be searched, filtered, sorted and read page by page', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => ({
      id: `row-${index}`,
      source: index % 2 === 0 ? `apple 100% number ${index}` : `pear_${index}`,
      kind: index % 3 === 0 ? 'x' : index % 3 === 1 ? 'y' : null,
      tags: index % 5 === 0 ? ['five', 'all'] : ['all'],
      size: index,
    }))
    const id = await makeWorkspace(server, ana, rows)
    await writeAll(server, ana, id)
    const ask = async (parameters: Record<string, string>): Promise<InstancesReply> =>
      read(await server.ask(ana, 'GET', `/api/workspaces/${id}/instances?${new URLSearchParams(parameters)}`))
    const filtered = (...filters: object[]): Promise<InstancesReply> => ask({ filters: JSON.stringify(filters) })
    expect(await ask({ limit: '7', offset: '28' })).toMatchObject({
      total: 30,
      all: 30,
      rows: [{ id: 'row-28' }, { id: 'row-29' }],
    })
    expect(await ask({ offset: '99' })).toMatchObject({ total: 30, rows: [] })
    expect((await ask({ search: 'APPLE 100%' })).total).toBe(15)
    expect((await ask({ search: 'r_1' })).total).toBe(6)
    expect((await filtered({ kind: 'is', field: 'kind', values: ['x'], not: false })).total).toBe(10)
    expect((await filtered({ kind: 'is', field: 'kind', values: ['(none)'], not: false })).total).toBe(10)
    expect((await filtered({ kind: 'is', field: 'kind', values: ['x'], not: true })).total).toBe(20)
    expect((await filtered({ kind: 'is', field: 'tags', values: ['five'], not: false })).total).toBe(6)
    expect((await filtered({ kind: 'range', field: 'size', min: 5, max: 9 })).total).toBe(5)
    expect((await filtered({ kind: 'range', field: 'output.tokens', min: 4, max: null })).total).toBe(15)
    expect(
      (await filtered({ kind: 'text', query: 'pear' }, { kind: 'range', field: 'size', min: null, max: 10 })).total,
    ).toBe(5)
    expect((await ask({ sort: 'size', descending: 'true', limit: '2' })).rows.map((row) => row.id)).toEqual([
      'row-29',
      'row-28',
    ])
    expect((await ask({ sort: 'output.logProb', limit: '30' })).rows.map((row) => row.output?.logProb)).toEqual(
      (await ask({ limit: '30' })).rows.map((row) => row.output?.logProb).sort((a, b) => (a ?? 0) - (b ?? 0)),
    )
    const unknown = await server.ask(ana, 'GET', `/api/workspaces/${id}/instances?sort=nothing`)
    expect(await unknown.text()).toContain('known are kind, tags, size')
    const { fields } = await read<{ fields: { name: string }[] }>(
      await server.ask(ana, 'GET', `/api/workspaces/${id}/fields`),
    )
    expect(fields).toMatchObject([
      {
        name: 'kind',
        type: 'category',
        others: 0,
        values: [
          { value: '(none)', count: 10 },
          { value: 'x', count: 10 },
          { value: 'y', count: 10 },
        ],
      },
      {
        name: 'tags',
        type: 'category',
        values: [
          { value: 'all', count: 30 },
          { value: 'five', count: 6 },
        ],
      },
      { name: 'size', type: 'number', min: 0, max: 29 },
      { name: 'output.tokens', unit: 'tokens' },
      { name: 'output.logProb', unit: 'nats' },
      { name: 'output.meanEntropy' },
      { name: 'output.maxEntropy' },
    ])
    const size = fields[2] as unknown as { histogram: number[] }
    expect(size.histogram).toHaveLength(24)
    expect(size.histogram.reduce((sum, value) => sum + value, 0)).toBe(30)
  })

  it('[SV50] a text the model cannot read keeps its instance, with the reason in place of an output', async () => {
    const id = await makeWorkspace(server, ana, [
      { id: 'long', source: 'word '.repeat(600) },
      { id: 'short', source: 'one two' },
    ])
    await writeAll(server, ana, id)
    const long = await read<InstanceReply>(await server.ask(ana, 'GET', `/api/workspaces/${id}/instances/long`))
    expect(long.output).toBeNull()
    expect(long.problem).toContain('the model reads 500')
    expect((await get(ana, id)).corpus.outputs).toBe(1)
    const refused = await server.ask(ana, 'POST', `/api/workspaces/${id}/outputs`, {})
    expect(await refused.json()).toMatchObject({ how: 'computed', run: null })
  })

  it('[SV51] "write it now" writes one output, once for all who ask', async () => {
    const open = server.compute.hold()
    const id = await makeWorkspace(server, ana, [{ id: 'a', source: 'write this now please' }])
    const path = `/api/workspaces/${id}/instances/a/output`
    const [one, two] = await Promise.all([server.ask(ana, 'POST', path, {}), server.ask(ben, 'POST', path, {})])
    const replies = [await read<{ how: string }>(one), await read<{ how: string }>(two)]
    expect(replies.map(({ how }) => how).sort()).toEqual(['joined', 'started'])
    open()
    await writeAll(server, ana, id)
    await until('the output is there', async () => (await get(ana, id)).corpus.outputs === 1)
    expect(await read(await server.ask(ana, 'POST', path, {}))).toEqual({ run: null, how: 'computed' })
  })

  it('[SV52] the writing of a corpus can be cancelled and goes on where it ended', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({ id: `r${index}`, source: `words number ${index}` }))
    const open = server.compute.hold()
    const id = await makeWorkspace(server, ana, rows)
    const { runs } = await read<{ runs: { key: string; kind: string }[] }>(
      await server.ask(ana, 'GET', `/api/workspaces/${id}/runs`),
    )
    expect(runs).toMatchObject([{ kind: 'corpus' }])
    expect((await server.ask(ana, 'DELETE', `/api/workspaces/${id}/runs/${runs[0]!.key}`)).status).toBe(200)
    open()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await get(ana, id)).corpus.outputs).toBe(0)
    const again = await read<{ how: string }>(await server.ask(ana, 'POST', `/api/workspaces/${id}/outputs`, {}))
    expect(again.how).toBe('started')
    await writeAll(server, ana, id)
    expect((await get(ana, id)).corpus.outputs).toBe(40)
    const changed = server.announced.filter(
      ({ workspace, content }) => workspace === id && (content as { type?: string }).type === 'outputs-changed',
    )
    expect(changed.flatMap(({ content }) => (content as { instances: string[] }).instances).sort()).toEqual(
      rows.map((row) => row.id).sort(),
    )
  })

  it('[SV54] when a compute process dies, no text of a corpus is lost and none that was answered is written again', async () => {
    const rows = Array.from({ length: 200 }, (_, index) => ({ id: `k${index}`, source: `killed while at ${index}` }))
    const seen = server.compute.answered.length
    const id = await makeWorkspace(server, ana, rows)
    await until('some are answered', () => server.compute.answered.length - seen >= 20)
    server.compute.crash(1)
    await writeAll(server, ana, id)
    const notices = server.announced.filter(({ kind, workspace }) => kind === 'notice' && workspace === id)
    expect(notices.map(({ content }) => (content as { text: string }).text)).toEqual([
      expect.stringContaining('Going on from where it was'),
    ])
    expect(server.compute.answered.slice(seen).sort()).toEqual(rows.map(({ source }) => source).sort())
    expect((await get(ana, id)).corpus.outputs).toBe(200)
  })

  it('[SV53] what was done to a workspace is written down with who did it', async () => {
    const id = await makeWorkspace(server, ana)
    await server.ask(ana, 'PUT', `/api/workspaces/${id}/members/${ben.id}`, { role: 'viewer' })
    await server.ask(ana, 'DELETE', `/api/workspaces/${id}?forever=true`)
    const { rows } = await server.deps.database.query(
      'select action, person from audit where workspace = $1 order by id',
      [id],
    )
    const actions = rows.filter(({ person }) => person === ana.id).map(({ action }) => action)
    expect(actions).toEqual(expect.arrayContaining(['workspace-made', 'member-set', 'workspace-deleted']))
  })
})
