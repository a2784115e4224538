import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DerivedReply } from '#server/wire/derived.ts'
import type { InstanceReply, InstancesReply } from '#server/wire/instances.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { type TestServer, type Visitor, until } from '#tests/support/server.ts'
import { describeBoth } from './both-databases.ts'
import { openServerAt } from './open-server.ts'

describeBoth('texts of people’s own', (place) => {
  let server: TestServer
  let ana: Visitor
  let workspace: string

  beforeAll(async () => {
    server = await openServerAt(place)
    ana = await server.signIn('Ana')
    workspace = await makeWorkspace(server, ana, [{ id: 'a', source: 'one two three', kind: 'x' }])
    await writeAll(server, ana, workspace)
  })
  afterAll(() => server.close())

  const get = async <T>(path: string): Promise<T> =>
    read(await server.ask(ana, 'GET', `/api/workspaces/${workspace}/${path}`))
  const make = async (source: string | null, from: string | null = 'a'): Promise<string> => {
    const body = { from, source, target: { kind: 'write' }, checkpoint: null }
    const reply = await server.ask(ana, 'POST', `/api/workspaces/${workspace}/instances`, body)
    const { instance } = await read<DerivedReply>(reply)
    await until('it is written', async () => (await get<InstanceReply>(`instances/${instance}`)).output !== null)
    return instance
  }

  it('[OT12] stand behind the corpus in the order they were made, with who made them, and go when they are deleted', async () => {
    const [same, other] = [await make(null), await make('four \u0000 five')]
    const own = await get<InstancesReply>('instances?own=true')
    expect(own.rows.map(({ id, ordinal, source, origin }) => [id, ordinal, source, origin?.by?.name])).toEqual([
      [same, 1, 'one two three', 'Ana'],
      [other, 2, 'four \ufffd five', 'Ana'],
    ])
    expect((await get<InstanceReply>(`instances/${same}`)).output?.text).toBe('three two one')
    expect((await get<InstancesReply>('instances')).rows.map(({ id }) => id)).toEqual(['a'])
    for (const id of [same, other]) {
      expect((await server.ask(ana, 'DELETE', `/api/workspaces/${workspace}/instances/${id}`)).status).toBe(204)
    }
    expect((await get<InstancesReply>('instances?own=true')).rows).toEqual([])
    const { rows } = await server.deps.database.query(
      'select hash from state_chunk where workspace = $1 and not exists (select 1 from output where chunk = hash)',
      [workspace],
    )
    expect(rows).toEqual([])
  })

  it('[OT14] with equal outputs each keep their own hidden states', async () => {
    const [first, second] = [await make('eight nine'), await make('eight nine', null)]
    const chunkOf = async (id: string): Promise<unknown> =>
      (await server.deps.database.query('select chunk from output where instance = $1', [id])).rows[0]?.['chunk']
    expect(await chunkOf(first)).not.toBe(await chunkOf(second))
    for (const id of [first, second]) {
      expect(server.deps.states.has(String(await chunkOf(id)))).toBe(true)
      await server.ask(ana, 'DELETE', `/api/workspaces/${workspace}/instances/${id}`)
    }
  })

  it('[OT13] one that is deleted while it is written stays deleted', async () => {
    const open = server.compute.hold()
    const body = { from: null, source: 'six seven', target: { kind: 'write' }, checkpoint: null }
    const reply = await server.ask(ana, 'POST', `/api/workspaces/${workspace}/instances`, body)
    const { instance, run } = await read<DerivedReply>(reply)
    expect((await server.ask(ana, 'DELETE', `/api/workspaces/${workspace}/instances/${instance}`)).status).toBe(204)
    open()
    await until('the run has ended', async () => {
      const { state } = await get<{ state: string }>(`runs/${run?.key}`)
      return state === 'done'
    })
    expect((await get<InstancesReply>('instances?own=true')).all).toBe(0)
  })
})
