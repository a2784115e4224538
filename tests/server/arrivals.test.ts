import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArrivalReply, ArrivalsReply } from '#server/wire/arrivals.ts'
import type { CheckpointsReply } from '#server/wire/checkpoints.ts'
import { read } from '#tests/support/corpora.ts'
import { fixture } from '#tests/support/golden.ts'
import { type TestHub, startHub } from '#tests/support/hub.ts'
import { type TestServer, type Visitor, makeCheckpoint, openTestServer, until } from '#tests/support/server.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-arrivals-'))
const names = ['config.json', 'generation_config.json', 'model.safetensors']
let hub: TestHub
let strange: TestHub
let server: TestServer
let ana: Visitor

const place = (url: string) => ({ endpoint: url, cache: join(root, 'hub'), token: null, offline: false })

beforeAll(async () => {
  hub = await startHub(
    'org/tiny',
    Object.fromEntries(names.map((name) => [name, readFileSync(fixture(`gpt2/checkpoint/${name}`))])),
  )
  const config = Buffer.from(JSON.stringify({ model_type: 'mamba' }))
  strange = await startHub('org/strange', { 'config.json': config, 'model.safetensors': Buffer.alloc(9_000) })
  server = await openTestServer({ hub: place(hub.url) })
  ana = await server.signIn('Ana')
})
afterAll(async () => {
  await Promise.all([server.close(), hub.close(), strange.close()])
  rmSync(root, { recursive: true })
})

const ask = (method: string, path: string, body?: object, at: TestServer = server, who: Visitor = ana) =>
  at.ask(who, method, `/api/arrivals${path}`, body)
const list = async (): Promise<ArrivalsReply> => read(await ask('GET', ''))

async function settle(id: string): Promise<ArrivalReply> {
  let found: ArrivalReply | undefined
  await until('the checkpoint has come', async () => {
    found = (await list()).arrivals.find((arrival) => arrival.id === id)
    return found?.state === 'done' || found?.state === 'failed'
  })
  return found!
}

describe('a checkpoint of the hub', () => {
  it('[CP1] is looked up with what it takes before its weights are fetched, then fetched and offered', async () => {
    const weights = readFileSync(fixture('gpt2/checkpoint/model.safetensors')).byteLength
    const found = await read<ArrivalReply>(await ask('POST', '', { from: 'hub', name: 'org/tiny' }))
    expect(found).toMatchObject({
      name: 'org/tiny',
      state: 'waiting',
      estimate: { architecture: 'gpt2', free: 2 ** 40 },
    })
    expect(hub.fetches('model.safetensors')).toEqual([])
    const { missing, bytes, memory } = found.estimate!
    expect(bytes - missing).toBe(readFileSync(fixture('gpt2/checkpoint/config.json')).byteLength)
    expect(memory).toBe(1.5 * weights + 600 * 2 ** 20)
    // A connection breaks in the middle, and it goes on there.
    hub.faults.cuts = [4096]
    await read(await ask('POST', `/${found.id}/fetch`, {}))
    const settled = await settle(found.id)
    expect(settled).toMatchObject({ state: 'done', problem: null, checkpoint: 'org-tiny' })
    expect([settled.done, settled.total]).toEqual([missing, missing])
    expect(
      hub.requests.filter(({ place, range }) => place === 'storage' && range !== undefined).map(({ range }) => range),
    ).toEqual(['bytes=4096-'])
    const { checkpoints } = await read<CheckpointsReply>(await server.ask(ana, 'GET', '/api/checkpoints'))
    expect(checkpoints.map(({ name }) => name)).toContain('org/tiny')
  })

  it('[CP2] of an architecture that is not supported is refused by its name, before anything large is fetched', async () => {
    const other = await openTestServer({ hub: place(strange.url) })
    const visitor = await other.signIn('Ana')
    const response = await ask('POST', '', { from: 'hub', name: 'org/strange' }, other, visitor)
    expect(response.status).toBe(422)
    expect(await response.text()).toMatch(
      /org\/strange is of the architecture “mamba”, which is not supported\. Supported are marian, pegasus, bart/,
    )
    expect(strange.fetches('model.safetensors')).toEqual([])
    await other.close()
  })

  it('[CP3] that can be cancelled goes on later with what is there', async () => {
    rmSync(join(root, 'hub'), { recursive: true })
    const { id } = await read<ArrivalReply>(await ask('POST', '', { from: 'hub', name: 'org/tiny' }))
    hub.faults.slowness = 400
    await read(await ask('POST', `/${id}/fetch`, {}))
    expect((await ask('DELETE', `/${id}`)).status).toBe(204)
    expect((await list()).arrivals.find((one) => one.id === id)?.state).toBe('cancelled')
    hub.faults.slowness = 0
    await new Promise((resolve) => setTimeout(resolve, 900))
    expect((await list()).arrivals.find((one) => one.id === id)?.state).toBe('cancelled')
    await read(await ask('POST', `/${id}/fetch`, {}))
    expect((await settle(id)).state).toBe('done')
  })

  it.each([
    ['org/none', 'There is no org/none at revision main'],
    ['no name', 'give a name like org/name or org/name@revision'],
  ])('[CP4] %s is refused with what to do', async (name, message) => {
    const response = await ask('POST', '', { from: 'hub', name })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(message)
  })

  it('[CP5] is fetched for whoever sits at the machine, and for nobody else', async () => {
    const afar = await openTestServer({ hub: place(hub.url), from: '192.168.1.9' })
    const visitor = await afar.signIn('Ben')
    const response = await ask('POST', '', { from: 'hub', name: 'org/tiny' }, afar, visitor)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('checkpoints are brought in at the server’s own machine')
    expect(await read(await ask('GET', '', undefined, afar, visitor))).toMatchObject({ mayImport: false })
    await afar.close()
  })
})

describe('a checkpoint in a folder of the machine', () => {
  it('[CP6] is registered, or said to be none, below the named folders alone', async () => {
    const folder = makeCheckpoint(join(server.data, 'shared'), 'mine')
    const { id } = await read<ArrivalReply>(await ask('POST', '', { from: 'folder', name: folder }))
    expect(await settle(id)).toMatchObject({ state: 'done', checkpoint: 'mine' })
    const elsewhere = join(root, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'config.json'), '{}')
    expect((await ask('POST', '', { from: 'folder', name: elsewhere })).status).toBe(404)
  })
})
