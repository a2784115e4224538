/** A hub on this machine: it speaks as much of the protocol of huggingface.co as is needed to fetch a repository, and can misbehave. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HubRequest {
  readonly method: string
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
  /** The storage network has an address of its own. */
  readonly place: 'hub' | 'storage'
}

/** What goes wrong; all may be changed between requests. */
export interface HubFaults {
  /** Bytes of content after which each of the next connections breaks. */
  cuts: number[]
  /** Statuses that the next requests get instead of an answer. */
  statuses: number[]
  /** Ranges are ignored. */
  noRanges: boolean
  /** HEAD is refused. */
  noHead: boolean
  /** Content comes changed. */
  corrupt: 'none' | 'flipped' | 'longer' | 'shorter'
  /** Milliseconds before each piece of content. */
  slowness: number
  /** Only this token may read, with this code for all others. */
  gate: { readonly token: string; readonly status: number; readonly code: string } | null
}

export interface TestHub {
  readonly url: string
  readonly commit: string
  readonly requests: HubRequest[]
  readonly faults: HubFaults
  /** How often a file's content was asked for. */
  readonly fetches: (name: string) => readonly HubRequest[]
  readonly close: () => Promise<void>
}

const large = 4096

/** Serves one repository. Files from 4096 bytes on come from a storage network, as large files do. */
export async function startHub(id: string, files: Readonly<Record<string, Buffer>>): Promise<TestHub> {
  const commit = createHash('sha1').update(Object.keys(files).join()).digest('hex')
  const requests: HubRequest[] = []
  const faults: HubFaults = {
    cuts: [],
    statuses: [],
    noRanges: false,
    noHead: false,
    corrupt: 'none',
    slowness: 0,
    gate: null,
  }
  const seen = (place: HubRequest['place'], { method = '', url = '', headers }: IncomingMessage): void => {
    requests.push({ method, path: url, place, range: headers.range, authorization: headers.authorization })
  }
  const storage = await listen((request, response) => {
    seen('storage', request)
    sendContent(request, response, files[decodeURIComponent((request.url ?? '').slice(1))]!, faults)
  })
  const hub = await listen((request, response) => {
    seen('hub', request)
    answer(request, response, { id, commit, files, faults, storage: storage.url })
  })
  return {
    url: hub.url,
    commit,
    requests,
    faults,
    fetches: (name) => requests.filter(({ method, path }) => method === 'GET' && path.endsWith(`/${name}`)),
    close: async () => void (await Promise.all([hub.close(), storage.close()])),
  }
}

interface Served {
  readonly id: string
  readonly commit: string
  readonly files: Readonly<Record<string, Buffer>>
  readonly faults: HubFaults
  readonly storage: string
}

function answer(request: IncomingMessage, response: ServerResponse, served: Served): void {
  const { id, commit, files, faults } = served
  const status = faults.statuses.shift()
  if (status !== undefined) return void response.writeHead(status).end()
  const { gate } = faults
  if (gate !== null && request.headers.authorization !== `Bearer ${gate.token}`) {
    return void response.writeHead(gate.status, { 'x-error-code': gate.code }).end()
  }
  const [, api, revision] = new RegExp(`^/(api/models/)?${id}/(.+)$`).exec(request.url ?? '') ?? []
  if (revision === undefined) return void response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end()
  if (api !== undefined) {
    if (!['revision/main', `revision/${commit}`, 'revision/refs%2Fpr%2F1'].includes(revision)) {
      return void response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end()
    }
    const siblings = Object.keys(files).map((rfilename) => ({ rfilename }))
    response.setHeader('content-type', 'application/json')
    return void response.end(JSON.stringify({ id, sha: commit, siblings }))
  }
  const [, at, name = ''] = /^resolve\/([^/]+)\/(.+)$/.exec(revision) ?? []
  const content = files[decodeURIComponent(name)]
  if (content === undefined || !['main', commit].includes(at ?? '')) {
    return void response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end()
  }
  sendFile(request, response, name, content, served)
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  content: Buffer,
  { commit, faults, storage }: Served,
): void {
  if (request.method === 'HEAD' && faults.noHead) return void response.writeHead(405).end()
  response.setHeader('x-repo-commit', commit)
  if (content.length < large) {
    const header = `blob ${content.length}\0`
    response.setHeader('etag', `"${createHash('sha1').update(header).update(content).digest('hex')}"`)
    return sendContent(request, response, content, faults)
  }
  response.setHeader('x-linked-etag', `"${createHash('sha256').update(content).digest('hex')}"`)
  response.setHeader('x-linked-size', content.length)
  response.setHeader('etag', '"of-the-redirect"')
  response.writeHead(302, { location: `${storage}/${name}` }).end()
}

function sendContent(request: IncomingMessage, response: ServerResponse, whole: Buffer, faults: HubFaults): void {
  const from = faults.noRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const changed = corrupted(whole, faults.corrupt)
  if (from > changed.length) return void response.writeHead(416).end()
  if (from > 0) {
    response.statusCode = 206
    response.setHeader('content-range', `bytes ${from}-${changed.length - 1}/${changed.length}`)
  }
  const content = changed.subarray(from)
  if (faults.corrupt === 'none') response.setHeader('content-length', content.length)
  if (request.method === 'HEAD') {
    response.setHeader('content-length', whole.length)
    return void response.end()
  }
  const cut = whole.length >= large ? faults.cuts.shift() : undefined
  response.flushHeaders()
  setTimeout(() => {
    if (cut === undefined) return void response.end(content)
    response.write(content.subarray(0, cut), () => setTimeout(() => response.destroy(), 20))
  }, faults.slowness)
}

function corrupted(content: Buffer, how: HubFaults['corrupt']): Buffer {
  if (how === 'longer') return Buffer.concat([content, Buffer.from('more')])
  if (how === 'shorter') return content.subarray(0, -4)
  const copy = Buffer.from(content)
  if (how === 'flipped' && copy.length > 0) copy[copy.length - 1]! ^= 1
  return copy
}

async function listen(handle: RequestListener): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
