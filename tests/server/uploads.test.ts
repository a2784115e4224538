import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openUploads } from '#server/checkpoints/uploads.ts'
import type { ArrivalReply, ArrivalsReply } from '#server/wire/arrivals.ts'
import type { CheckpointsReply } from '#server/wire/checkpoints.ts'
import { read } from '#tests/support/corpora.ts'
import { fixture } from '#tests/support/golden.ts'
import { type TestServer, type Visitor, openTestServer, until } from '#tests/support/server.ts'

type Folder = Readonly<Record<string, Buffer>>

const weights = readFileSync(fixture('gpt2/checkpoint/model.safetensors'))
const good: Folder = {
  'config.json': readFileSync(fixture('gpt2/checkpoint/config.json')),
  'generation_config.json': readFileSync(fixture('gpt2/checkpoint/generation_config.json')),
  'merges.txt': readFileSync(fixture('tokenizers/families/gpt2-merges.txt')),
  'vocab.json': readFileSync(fixture('tokenizers/families/gpt2-vocab.json')),
  'model.safetensors': weights,
}
const octets = { 'content-type': 'application/octet-stream' }

let server: TestServer
let ana: Visitor
beforeAll(async () => {
  server = await openTestServer()
  ana = await server.signIn('Ana')
})
afterAll(() => server.close())

const describeFolder = (folder: Folder, name: string) => ({
  name,
  files: Object.entries(folder).map(([file, { byteLength }]) => ({ name: file, bytes: byteLength })),
})
const begin = (folder: Folder, name = 'mine', who = ana): Promise<Response> =>
  server.ask(who, 'POST', '/api/arrivals/uploads', describeFolder(folder, name))
const open = async (folder: Folder, name = 'mine'): Promise<ArrivalReply> => read(await begin(folder, name))
const send = (id: string, file: string, at: number, bytes: BodyInit, who = ana): Promise<Response> =>
  server.ask(who, 'PUT', `/api/arrivals/${id}/content?file=${encodeURIComponent(file)}&at=${at}`, bytes, octets)
const listed = async (id: string): Promise<ArrivalReply | undefined> =>
  (await read<ArrivalsReply>(await server.ask(ana, 'GET', '/api/arrivals'))).arrivals.find((one) => one.id === id)
const half = (): readonly string[] =>
  existsSync(join(server.data, 'uploads')) ? readdirSync(join(server.data, 'uploads')) : []

/** Sends what the server asks for, in pieces of 64 KB, until it asks for nothing or refuses. */
async function sendAll(from: ArrivalReply, folder: Folder): Promise<Response | null> {
  let now = from
  for (;;) {
    const next = now.upload!.files.find(({ done, bytes }) => done < bytes)
    if (next === undefined) return null
    const piece = new Uint8Array(folder[next.name]!.subarray(next.done, next.done + 2 ** 16))
    const response = await send(now.id, next.name, next.done, piece)
    if (!response.ok) return response
    now = await read(response)
  }
}

async function settle(id: string): Promise<ArrivalReply> {
  let found: ArrivalReply | undefined
  await until('the upload is read', async () => {
    found = await listed(id)
    return found?.state === 'done' || found?.state === 'failed'
  })
  return found!
}

describe('an uploaded checkpoint', () => {
  it('[CP10] is asked for file by file, the configuration first, then registered from a folder of the data directory', async () => {
    const readme = { 'README.md': Buffer.from('# mine'), 'onnx/model.onnx': Buffer.alloc(9) }
    const opened = await open({ ...readme, ...good })
    expect(opened).toMatchObject({ state: 'receiving', done: 0, estimate: null })
    expect(opened.upload!.files.map(({ name, isWeights }) => [name, isWeights])).toEqual([
      ['config.json', false],
      ['generation_config.json', false],
      ['merges.txt', false],
      ['vocab.json', false],
      ['model.safetensors', true],
    ])
    expect(opened.upload!.leftOut).toEqual(['README.md', 'onnx/model.onnx'])
    const config = new Uint8Array(good['config.json']!)
    const { estimate, total } = await read<ArrivalReply>(await send(opened.id, 'config.json', 0, config))
    expect(estimate).toEqual({
      architecture: 'gpt2',
      bytes: total,
      missing: total,
      disk: total,
      free: 2 ** 40,
      memory: 1.5 * weights.byteLength + 600 * 2 ** 20,
    })
    expect(await sendAll((await listed(opened.id))!, good)).toBeNull()
    expect(await settle(opened.id)).toMatchObject({ state: 'done', checkpoint: 'mine', done: total, problem: null })
    const folder = join(server.data, 'uploaded', opened.id)
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(good).toSorted())
    expect(readFileSync(join(folder, 'model.safetensors')).equals(weights)).toBe(true)
    expect(half()).not.toContain(opened.id)
    const { checkpoints } = await read<CheckpointsReply>(await server.ask(ana, 'GET', '/api/checkpoints'))
    expect(checkpoints).toContainEqual(expect.objectContaining({ id: 'mine', name: 'mine', problem: null }))
  })

  it('[CP11] of an architecture that is not supported is refused by its name when its configuration is there', async () => {
    const folder = { ...good, 'config.json': Buffer.from('{"model_type": "mamba"}') }
    const opened = await open(folder, 'strange')
    const response = (await sendAll(opened, folder))!
    expect(response.status).toBe(422)
    expect(await response.text()).toMatch(/strange is of the architecture “mamba”, which is not supported\. Supported/)
    const { state, done, problem } = (await listed(opened.id))!
    expect([state, done]).toEqual(['failed', folder['config.json'].byteLength])
    expect(problem).toContain('mamba')
    expect(half()).not.toContain(opened.id)
  })

  const without = (...names: readonly string[]): Folder =>
    Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))

  it.each<[string, Folder, string]>([
    [
      'a tokenizer',
      without('vocab.json'),
      'The folder has no tokenizer. Put one of these beside the weights: tokenizer.json',
    ],
    ['weights', without('model.safetensors'), 'The folder has no model.safetensors and no pytorch_model.bin'],
    ['a configuration', without('config.json'), 'The folder has no config.json'],
    ['anything in one file', { ...good, 'vocab.json': Buffer.alloc(0) }, 'vocab.json is empty'],
  ])('[CP12] without %s is refused before anything is sent', async (_, folder, message) => {
    const response = await begin(folder)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(message)
  })

  it('[CP13] whose weights are cut short is refused at their first piece, and removed', async () => {
    const folder = { ...good, 'model.safetensors': weights.subarray(0, -4_000) }
    const opened = await open(folder, 'cut')
    const response = (await sendAll(opened, folder))!
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(/model\.safetensors is not a valid safetensors file: .* may be truncated/)
    const { state, upload } = (await listed(opened.id))!
    expect(state).toBe('failed')
    expect(upload!.files.at(-1)!.done).toBeLessThanOrEqual(2 ** 16)
    expect(half()).not.toContain(opened.id)
  })

  it('[CP14] in shards is taken with those that its index names, and refused where one is missing', async () => {
    const index = (name: string) => Buffer.from(JSON.stringify({ weight_map: { a: 'one.safetensors', b: name } }))
    const shards = { 'one.safetensors': weights, 'other.safetensors': weights }
    const { 'model.safetensors': _, ...rest } = good
    const lacking = { ...rest, ...shards, 'model.safetensors.index.json': index('two.safetensors') }
    const refused = (await sendAll(await open(lacking, 'shards'), lacking))!
    expect(await refused.text()).toContain('lacks two.safetensors, which model.safetensors.index.json names')
    const whole = { ...rest, ...shards, 'model.safetensors.index.json': index('one.safetensors') }
    const opened = await open(whole, 'shards')
    expect(await sendAll(opened, whole)).toBeNull()
    const { state, upload } = await settle(opened.id)
    expect(state).toBe('done')
    expect(upload!.leftOut).toEqual(['other.safetensors'])
  })

  it.each(['../config.json', 'a/../../config.json', '/etc/passwd', 'a\\..\\b', './config.json', 'a//b', 'a\0b'])(
    '[CP15] with a file called %j is refused, since a name must stay inside the folder',
    async (name) => {
      const response = await begin({ ...good, [name]: Buffer.from('{}') })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('is no name of a file inside the folder')
      const opened = await open(good, 'escape')
      expect((await send(opened.id, name, 0, '{}')).status).toBe(400)
      await server.ask(ana, 'DELETE', `/api/arrivals/${opened.id}`)
    },
  )

  it('[CP16] that is cancelled leaves nothing behind', async () => {
    const opened = await open(good, 'cancelled')
    await read(await send(opened.id, 'config.json', 0, new Uint8Array(good['config.json']!)))
    expect(half()).toContain(opened.id)
    expect((await server.ask(ana, 'DELETE', `/api/arrivals/${opened.id}`)).status).toBe(204)
    expect(half()).not.toContain(opened.id)
    expect(await listed(opened.id)).toBeUndefined()
    expect((await send(opened.id, 'generation_config.json', 0, '{}')).status).toBe(404)
  })

  it('[CP17] goes on where a connection broke, also after its folder was chosen again', async () => {
    const opened = await open(good, 'resumed')
    const config = good['config.json']!
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(config.subarray(0, 7))),
      pull: (controller) => controller.error(new Error('the connection broke')),
    })
    expect((await send(opened.id, 'config.json', 0, broken)).ok).toBe(false)
    expect((await listed(opened.id))!.done).toBe(0)
    await read(await send(opened.id, 'config.json', 0, new Uint8Array(config.subarray(0, 40))))
    const again = await send(opened.id, 'config.json', 0, new Uint8Array(config))
    expect(again.status).toBe(409)
    expect(await again.text()).toContain('Go on at 40')
    const early = await send(opened.id, 'model.safetensors', 0, new Uint8Array(weights.subarray(0, 99)))
    expect(await early.text()).toContain('config.json comes next. Send it from byte 40 on')
    const found = await open(good, 'resumed')
    expect([found.id, found.done]).toEqual([opened.id, 40])
    expect(await sendAll(found, good)).toBeNull()
    expect((await settle(opened.id)).state).toBe('done')
  })

  it('[CP18] takes no more bytes than were announced, from nobody else, and only where there is room', async () => {
    const opened = await open(good, 'limits')
    const config = good['config.json']!
    const longer = new Uint8Array(Buffer.concat([config, Buffer.from(' ')]))
    expect((await send(opened.id, 'config.json', 0, longer)).status).toBe(413)
    const ben = await server.signIn('Ben')
    expect((await send(opened.id, 'config.json', 0, new Uint8Array(config), ben)).status).toBe(404)
    server.setFree(2 ** 28)
    server.pass(3_000)
    expect((await begin(good, 'full')).status).toBe(507)
    server.setFree(2 ** 40)
    server.pass(3_000)
    const huge = { name: 'model.safetensors', bytes: 2 ** 40 }
    const { files } = describeFolder(good, 'huge')
    const response = await server.ask(ana, 'POST', '/api/arrivals/uploads', {
      name: 'huge',
      files: [...files.filter(({ name }) => name !== huge.name), huge],
    })
    expect(response.status).toBe(413)
  })

  it('[CP19] is brought in by whoever sits at the machine, and by nobody else', async () => {
    const afar = await openTestServer({ from: '192.168.1.9' })
    const visitor = await afar.signIn('Ben')
    const body = describeFolder(good, 'mine')
    expect((await afar.ask(visitor, 'POST', '/api/arrivals/uploads', body)).status).toBe(403)
    const piece = await afar.ask(visitor, 'PUT', '/api/arrivals/x/content?file=config.json&at=0', '{}', octets)
    expect(piece.status).toBe(403)
    await afar.close()
  })

  it('[CP20] that is not whole is removed after a day, and when the server starts again', async () => {
    const opened = await open(good, 'left')
    expect(half()).toContain(opened.id)
    server.pass(86_400_001)
    await until('it is removed', async () => {
      await server.ask(ana, 'GET', '/api/arrivals')
      return !half().includes(opened.id)
    })
    expect(await listed(opened.id)).toBeUndefined()
    const left = join(server.data, 'uploads', 'left')
    mkdirSync(left, { recursive: true })
    writeFileSync(join(left, 'config.json'), '{}')

    const target = join(server.data, 'uploaded')
    await openUploads({ ...server.deps, directory: join(server.data, 'uploads'), target })
    expect(existsSync(left)).toBe(false)
    expect(readdirSync(target).length).toBeGreaterThan(0)
  })
})
