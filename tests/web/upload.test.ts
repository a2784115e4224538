import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import type { ArrivalReply } from '#server/wire/arrivals.ts'
import { WebError } from '#web/errors.ts'
import type { Api, Call } from '#web/api/request.ts'
import { type Upload, createUpload, readFolder } from '#web/state/upload.ts'
import { describeLeftOut } from '#web/views/landing/upload-words.ts'

const MB = 2 ** 20

/** A server that wants a configuration and weights; `faults` are thrown in place of the next pieces. */
function makeServer(faults: Error[] = []) {
  const calls: string[] = []
  const files = [
    { name: 'config.json', bytes: 3, done: 0, isWeights: false },
    { name: 'model.safetensors', bytes: 9 * MB, done: 0, isWeights: true },
  ]
  const reply = (): ArrivalReply => ({
    id: 'u1',
    name: 'mine',
    state: files.every(({ done, bytes }) => done === bytes) ? 'reading' : 'receiving',
    estimate: null,
    done: files.reduce((sum, { done }) => sum + done, 0),
    total: 9 * MB + 3,
    rate: null,
    problem: null,
    upload: { files: files.map((file) => ({ ...file })), leftOut: ['README.md'] },
    checkpoint: null,
  })
  const answer = (path: string, { method = 'GET', file }: Call): unknown => {
    calls.push(`${method} ${path}`)
    if (path === '/api/arrivals') return { arrivals: [reply()], mayImport: true, folders: [] }
    if (file === undefined) return reply()
    const fault = faults.shift()
    if (fault !== undefined) throw fault
    files.find(({ done, bytes }) => done < bytes)!.done += file.size
    return reply()
  }
  const api: Api = {
    ask: async (schema, path, call = {}) => schema.parse(answer(path, call)),
    tell: async (path, { method }) => void calls.push(`${method} ${path}`),
    bytes: async () => new Uint8Array(),
  }
  return { api, calls }
}

const clock = {
  now: () => 0,
  after: (_: number, run: () => void) => {
    queueMicrotask(run)
    return () => undefined
  },
}

const inFolder = (path: string, content: string): File =>
  Object.defineProperty(new File([content], path.split('/').at(-1)!), 'webkitRelativePath', { value: path })
const folder = [
  inFolder('mine/config.json', '{ }'),
  inFolder('mine/model.safetensors', 'x'.repeat(9 * MB)),
  inFolder('mine/README.md', '# mine'),
]
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))
const within = (run: (upload: Upload) => Promise<void>, api: Api): Promise<void> =>
  createRoot((dispose) => run(createUpload({ api, clock }, () => undefined)).finally(dispose))
const content = '/api/arrivals/u1/content'

test('[WC10] the small files are sent at once, and the weights in pieces of 4 MB when somebody asks for it', async () => {
  const { api, calls } = makeServer()
  await within(async (upload) => {
    upload.choose(folder)
    await settle()
    expect(upload.phase()).toBe('asking')
    expect(calls).toEqual(['POST /api/arrivals/uploads', `PUT ${content}?file=config.json&at=0`])
    expect(describeLeftOut(upload.arrival()!.upload, upload.chosen())).toBe('Not needed and left out: README.md.')
    upload.goOn()
    await settle()
    expect(calls.slice(2)).toEqual([0, 4, 8].map((at) => `PUT ${content}?file=model.safetensors&at=${at * MB}`))
    expect(upload.phase()).toBe('none')
  }, api)
})

test('[WC11] it goes on by itself where a connection broke, and asks after so many attempts in vain', async () => {
  const offline = (): Error => new WebError('offline', 'The server cannot be reached.')
  const { api, calls } = makeServer(Array.from({ length: 6 }, offline))
  await within(async (upload) => {
    upload.choose(folder)
    await settle()
    expect([upload.phase(), upload.problem(), upload.canGoOn()]).toEqual([
      'failed',
      'The server cannot be reached.',
      true,
    ])
    expect(calls.filter((call) => call.startsWith('PUT'))).toHaveLength(5)
    upload.goOn()
    await settle()
    expect(upload.phase()).toBe('asking')
  }, api)
})

test('[WC12] what the server refuses is said and not tried again, and cancelling removes what it has', async () => {
  const { api, calls } = makeServer([new WebError('unsupported', 'mine is of the architecture “mamba”.')])
  await within(async (upload) => {
    upload.choose(folder)
    await settle()
    expect([upload.phase(), upload.canGoOn()]).toEqual(['failed', false])
    expect(upload.problem()).toContain('mamba')
    // Another folder puts away what was refused.
    upload.choose(folder)
    await settle()
    expect(calls.slice(2, 4)).toEqual(['DELETE /api/arrivals/u1', 'POST /api/arrivals/uploads'])
    expect(upload.phase()).toBe('asking')
    upload.cancel()
    await settle()
    expect([upload.phase(), calls.at(-1)]).toEqual(['none', 'DELETE /api/arrivals/u1'])
  }, api)
})

test('[WC13] a folder is read by paths inside it, without what is hidden or lies deeper than a checkpoint has files', () => {
  const { name, files } = readFolder([
    ...folder,
    inFolder('mine/.git/config', ''),
    inFolder('mine/additional_chat_templates/tools.jinja', ''),
    inFolder('mine/a/b/c.bin', ''),
  ])
  // Files that were chosen one by one have no folder.
  const loose = Object.defineProperty(new File(['{}'], 'config.json'), 'webkitRelativePath', { value: '' })
  expect(name).toBe('mine')
  expect([...files.keys()]).toEqual([
    'config.json',
    'model.safetensors',
    'README.md',
    'additional_chat_templates/tools.jinja',
  ])
  expect(readFolder([loose])).toMatchObject({ name: 'Uploaded model' })
  expect(describeLeftOut({ files: [1, 2].map(() => ({})), leftOut: ['a', 'b'] }, 9)).toBe(
    'Not needed and left out: a, b and 5 files.',
  )
})
