import { createHash } from 'node:crypto'
import { fork } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { readChatTemplate } from '#compute/chat/chat-template.ts'
import { hashRevision, openCheckpoint } from '#compute/checkpoint/checkpoint.ts'
import { fetchCheckpoint } from '#compute/hub/download.ts'
import { parseRepository } from '#compute/hub/repository.ts'
import type { HubSettings } from '#compute/hub/settings.ts'
import type { Progress } from '#compute/types.ts'
import { fixture } from '#tests/support/golden.ts'
import { startHub } from '#tests/support/hub.ts'
import type { TestHub } from '#tests/support/hub.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-hub-'))
afterAll(() => rmSync(root, { recursive: true }))
const hubs: TestHub[] = []
afterEach(async () => void (await Promise.all(hubs.splice(0).map((hub) => hub.close()))))

const id = 'org/tiny'
const gpt2 = (name: string): Buffer => readFileSync(fixture(`gpt2/checkpoint/${name}`))
const repository: Readonly<Record<string, Buffer>> = {
  'config.json': gpt2('config.json'),
  'generation_config.json': gpt2('generation_config.json'),
  'tokenizer.json': Buffer.from('{}'),
  'model.safetensors': gpt2('model.safetensors'),
  'pytorch_model.bin': Buffer.from('not wanted'),
  'tf_model.h5': Buffer.from('not wanted'),
  'flax_model.msgpack': Buffer.from('not wanted'),
  'README.md': Buffer.from('not wanted'),
  'onnx/model.onnx': Buffer.from('not wanted'),
  'onnx/config.json': Buffer.from('not wanted'),
}
const weights = repository['model.safetensors']!
const wanted = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json']

async function serve(files: Readonly<Record<string, Buffer>> = repository): Promise<TestHub> {
  const hub = await startHub(id, files)
  hubs.push(hub)
  return hub
}

const settingsFor = ({ url }: { readonly url: string }, more: Partial<HubSettings> = {}): HubSettings => ({
  endpoint: url,
  cache: mkdtempSync(join(root, 'cache-')),
  token: null,
  offline: false,
  patience: { answer: 2000, silence: 300, pause: 5, tries: 3 },
  ...more,
})

const fetchTiny = (settings: HubSettings, revision = 'main', progress: Progress[] = []): Promise<string> =>
  fetchCheckpoint({ id, revision }, settings, { progress: (step) => progress.push(step) })

const expectWeights = (folder: string): void =>
  expect(readFileSync(join(folder, 'model.safetensors')).equals(weights)).toBe(true)

describe('a repository of the hub', () => {
  it('[HF1] comes into the cache as all Hugging Face libraries lay it out: refs, blobs by hash, snapshots of links', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    const progress: Progress[] = []
    const folder = await fetchTiny(settings, 'main', progress)
    const place = join(settings.cache, 'models--org--tiny')
    expect(folder).toBe(join(place, 'snapshots', hub.commit))
    expect(readFileSync(join(place, 'refs', 'main'), 'utf8')).toBe(hub.commit)
    expect(readdirSync(folder).toSorted()).toEqual(wanted)
    const sha256 = createHash('sha256').update(weights).digest('hex')
    expect(readlinkSync(join(folder, 'model.safetensors'))).toBe(`../../blobs/${sha256}`)
    const header = `blob ${repository['config.json']!.length}\0`
    const sha1 = createHash('sha1').update(header).update(repository['config.json']!).digest('hex')
    expect(readlinkSync(join(folder, 'config.json'))).toBe(`../../blobs/${sha1}`)
    expect(readdirSync(join(place, 'blobs'))).toHaveLength(wanted.length)
    expectWeights(folder)
    expect((await openCheckpoint(folder, settings.cache)).weights.tensors.size).toBeGreaterThan(10)
    const total = wanted.reduce((sum, name) => sum + repository[name]!.length, 0)
    expect(progress.at(-1)).toMatchObject({ done: total, total })
  })

  it('[HF2] is asked for nothing but what is needed, and for no content a second time', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    await fetchTiny(settings)
    const asked = hub.requests.filter(({ method, place }) => method === 'GET' && place === 'hub')
    expect(asked.map(({ path }) => path.split('/').at(-1) ?? '').toSorted()).toEqual([...wanted, 'main'].toSorted())
    hub.requests.length = 0
    await fetchTiny(settings)
    expect(hub.requests.map(({ path }) => path)).toEqual(['/api/models/org/tiny/revision/main'])
  })

  it('[HF3] gets the token at its own address alone, never where it redirects to', async () => {
    const hub = await serve()
    hub.faults.gate = { token: 'secret', status: 401, code: 'GatedRepo' }
    await fetchTiny(settingsFor(hub, { token: 'secret' }))
    const storage = hub.requests.filter(({ place }) => place === 'storage')
    expect(storage.length).toBeGreaterThan(0)
    expect(storage.every(({ authorization }) => authorization === undefined)).toBe(true)
  })

  it('[HF4] is continued where a connection broke, within one call and by the next one', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    hub.faults.cuts.push(1000, 20_000)
    await fetchTiny(settings)
    const asked = hub.fetches('model.safetensors').filter(({ place }) => place === 'storage')
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=1000-', 'bytes=21000-'])

    const other = settingsFor(hub, { patience: { answer: 2000, silence: 300, pause: 1, tries: 1 } })
    hub.faults.cuts.push(5000, 0)
    await expect(fetchTiny(other)).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/connection/),
    })
    expect(existsSync(join(other.cache, 'models--org--tiny', 'refs', 'main'))).toBe(false)
    hub.requests.length = 0
    const folder = await fetchTiny(other)
    expect(hub.fetches('model.safetensors').at(-1)!.range).toBe('bytes=5000-')
    expectWeights(folder)
  })

  it('[HF5] whose server knows no ranges is fetched from the start again', async () => {
    const hub = await serve()
    hub.faults.noRanges = true
    hub.faults.cuts.push(1000)
    const folder = await fetchTiny(settingsFor(hub))
    expectWeights(folder)
  })

  it('[HF6] that left a wrong beginning is fetched from the start again', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    const blobs = join(settings.cache, 'models--org--tiny', 'blobs')
    mkdirSync(blobs, { recursive: true })
    const sha256 = createHash('sha256').update(weights).digest('hex')
    writeFileSync(join(blobs, `${sha256}.coattend-incomplete`), Buffer.alloc(3000, 7))
    const folder = await fetchTiny(settings)
    expectWeights(folder)
    expect(hub.fetches('model.safetensors').map(({ range }) => range)).toContain('bytes=3000-')
  })

  it('[HF7] is asked again after statuses that pass, and after silence', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    hub.faults.statuses.push(503)
    await fetchTiny(settings)
    const slow = settingsFor(hub)
    hub.faults.slowness = 400
    await expect(fetchTiny(slow)).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/silent for/),
    })
    hub.faults.slowness = 0
    await fetchTiny(slow)
  })

  it('[HF8] whose server refuses HEAD is described by GET', async () => {
    const hub = await serve()
    hub.faults.noHead = true
    const folder = await fetchTiny(settingsFor(hub))
    expectWeights(folder)
  })

  it('[HF9] is kept by commit: a branch, a pull request and the commit itself lead to one snapshot', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    const folder = await fetchTiny(settings)
    expect(await fetchTiny(settings, hub.commit)).toBe(folder)
    expect(await fetchTiny(settings, 'refs/pr/1')).toBe(folder)
    expect(readFileSync(join(settings.cache, 'models--org--tiny', 'refs', 'refs', 'pr', '1'), 'utf8')).toBe(hub.commit)
    expect(hub.fetches('model.safetensors').filter(({ place }) => place === 'storage')).toHaveLength(1)
  })

  it('[HF10] is found without a network, and where the network is not to be used', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    const folder = await fetchTiny(settings)
    hub.requests.length = 0
    expect(await fetchTiny({ ...settings, offline: true })).toBe(folder)
    expect(await fetchTiny({ ...settings, offline: true }, hub.commit)).toBe(folder)
    expect(hub.requests).toEqual([])
    await hub.close()
    const notices: string[] = []
    expect(await fetchCheckpoint({ id, revision: 'main' }, settings, { notice: (line) => notices.push(line) })).toBe(
      folder,
    )
    expect(notices).toEqual([expect.stringMatching(/cannot be reached: .*taking org\/tiny as it was fetched last/)])
  })

  it('[HF11] in shards brings those that its index names, in safetensors before the pickle format', async () => {
    const index = Buffer.from(JSON.stringify({ weight_map: { a: 'a.safetensors', b: 'b.safetensors' } }))
    const files = {
      'config.json': repository['config.json']!,
      'model.safetensors.index.json': index,
      'a.safetensors': weights,
      'b.safetensors': Buffer.from('b'),
      'c.safetensors': Buffer.from('another'),
      'pytorch_model.bin': Buffer.from('not wanted'),
    }
    const folder = await fetchTiny(settingsFor(await serve(files)))
    expect(readdirSync(folder).toSorted()).toEqual([
      'a.safetensors',
      'b.safetensors',
      'config.json',
      'model.safetensors.index.json',
    ])
    const { 'model.safetensors.index.json': _, ...older } = files
    const second = await fetchTiny(settingsFor(await serve(older)))
    expect(readdirSync(second).toSorted()).toEqual(['config.json', 'pytorch_model.bin'])
  })
})

describe('two that fetch at once', () => {
  it('[HF12] processes fetch every file once', async () => {
    const hub = await serve()
    hub.faults.slowness = 100
    const settings = settingsFor(hub)
    const program = fileURLToPath(new URL('../../support/fetch-process.ts', import.meta.url))
    const runs = [1, 2].map(
      () =>
        new Promise<string>((resolve, reject) => {
          const child = fork(program, [], { execArgv: ['--import', import.meta.resolve('tsx')], stdio: 'inherit' })
          child.once('message', (folder) => resolve(folder as string))
          child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
          child.send({ id, settings })
        }),
    )
    const folders = await Promise.all(runs)
    expect(folders[0]).toBe(folders[1])
    expect(hub.fetches('model.safetensors').filter(({ place }) => place === 'storage')).toHaveLength(1)
    expect(readdirSync(join(settings.cache, '.locks', 'models--org--tiny'))).toEqual([])
  })

  it('[HF13] a holder that died is no reason to wait', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    const locks = join(settings.cache, '.locks', 'models--org--tiny')
    mkdirSync(locks, { recursive: true })
    writeFileSync(join(locks, 'coattend.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
    const started = performance.now()
    await fetchTiny(settings)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('what cannot be fetched', () => {
  type Case = readonly [why: string, prepare: (hub: TestHub) => void, message: RegExp]
  const cases: readonly Case[] = [
    [
      'a gate',
      ({ faults }) => (faults.gate = { token: 'x', status: 403, code: 'GatedRepo' }),
      /is gated or private: ask/,
    ],
    [
      'no access',
      ({ faults }) => (faults.gate = { token: 'x', status: 401, code: '' }),
      /check the name, or .* HF_TOKEN/,
    ],
    ['a server in trouble', ({ faults }) => faults.statuses.push(500, 500, 500, 500), /answered 500 .*try again later/],
    ['a wrong hash', ({ faults }) => (faults.corrupt = 'flipped'), /came with another content than its hash/],
    ['too many bytes', ({ faults }) => (faults.corrupt = 'longer'), /is larger than the \d+ bytes the hub says/],
    ['too few bytes', ({ faults }) => (faults.corrupt = 'shorter'), /ended after \d+ of \d+ bytes|another content/],
  ]
  for (const [why, prepare, message] of cases) {
    it(`[HF14] ${why} is one clear error, and nothing half of it stands in a snapshot`, async () => {
      const hub = await serve()
      prepare(hub)
      const settings = settingsFor(hub)
      const error = await fetchTiny(settings).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ message: expect.stringMatching(message) })
      expect((error as Error).message).not.toContain('\n')
      const place = join(settings.cache, 'models--org--tiny')
      expect(existsSync(join(place, 'refs'))).toBe(false)
      expect(existsSync(join(place, 'snapshots', hub.commit, 'config.json'))).toBe(false)
    })
  }

  it('[HF15] a repository, a revision, a checkpoint or weights that are not there are told apart', async () => {
    const hub = await serve()
    const settings = settingsFor(hub)
    await expect(fetchCheckpoint({ id: 'org/none', revision: 'main' }, settings)).rejects.toThrow(
      /There is no org\/none/,
    )
    await expect(fetchTiny(settings, 'v9')).rejects.toThrow(/org\/tiny has no revision v9/)
    const offline = { ...settingsFor(hub), offline: true }
    await expect(fetchTiny(offline)).rejects.toThrow(/is not in .*unset HF_HUB_OFFLINE/)
    const empty = await serve({ 'README.md': Buffer.from('') })
    await expect(fetchTiny(settingsFor(empty))).rejects.toThrow(/has no config\.json/)
    const bare = await serve({ 'config.json': Buffer.from('{}'), 'tf_model.h5': Buffer.from('') })
    await expect(fetchTiny(settingsFor(bare))).rejects.toThrow(/has no weights that can be read/)
  })

  it('[HF16] a cache that cannot be written says which', async () => {
    const blocked = join(root, 'blocked')
    writeFileSync(blocked, 'a file where a folder should be')
    const settings = settingsFor(await serve(), { cache: join(blocked, 'hub') })
    await expect(fetchTiny(settings)).rejects.toThrow(/blocked.* cannot be written: .*HF_HUB_CACHE/)
  })
})

describe('a name at the hub', () => {
  it('[HF17] is org/name with a revision or without; anything else is a path', () => {
    expect(parseRepository('org/name')).toEqual({ id: 'org/name', revision: 'main' })
    expect(parseRepository('org/na.me-1_2@v1.0')).toEqual({ id: 'org/na.me-1_2', revision: 'v1.0' })
    expect(parseRepository('org/name@refs/pr/1')).toEqual({ id: 'org/name', revision: 'refs/pr/1' })
    const paths = [
      'name',
      './a/b',
      '../b',
      'a/b/c',
      '/a/b',
      'a/..',
      'a/b@',
      'a/b@../x',
      'a/b@x/../y',
      'a/b c',
      'a\\b/c',
    ]
    for (const path of paths) expect(parseRepository(path), path).toBeNull()
  })

  it('[HF24] brings chat templates with names of their own, which count as part of the checkpoint', async () => {
    const named = 'additional_chat_templates/tool use.jinja'
    const more = {
      ...repository,
      [named]: Buffer.from('tools!'),
      'additional_chat_templates/a/b.jinja': Buffer.from('x'),
    }
    const folder = await fetchTiny(settingsFor(await serve(more)))
    expect(readChatTemplate(folder, 'tool use')).toBe('tools!')
    expect(readdirSync(join(folder, 'additional_chat_templates'))).toEqual(['tool use.jinja'])
    expect(lstatSync(join(folder, named)).isSymbolicLink()).toBe(true)
    const plain = await fetchTiny(settingsFor(await serve()))
    expect(await hashRevision(folder)).not.toBe(await hashRevision(plain))
  })

  it('[HF18] whose files have names that lead outside brings only those that are known', async () => {
    const hub = await serve({ ...repository, '../../evil.json': Buffer.from('x'), 'sub/config.json': Buffer.from('x') })
    const folder = await fetchTiny(settingsFor(hub))
    expect(readdirSync(folder).toSorted()).toEqual(wanted)
    expect(lstatSync(join(folder, 'config.json')).isSymbolicLink()).toBe(true)
  })
})
