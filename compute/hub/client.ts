/**
 * Asking a hub. Redirects are followed here, because the token may go to the hub alone and the description of a file stands on
 * the answer before the one that leads to a storage network. (https://huggingface.co/docs/hub/api, and what huggingface_hub does.)
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ComputeError } from '#compute/errors.ts'
import type { Repository } from './repository.ts'
import type { HubPatience, HubSettings } from './settings.ts'

/** A file as the hub describes it. */
export interface RemoteFile {
  readonly name: string
  /** Where its content is asked for. */
  readonly url: string
  /** Name of the blob: sha256 of a large file, git's sha1 of a small one, or whatever a mirror says. */
  readonly etag: string
  /** null where the hub does not tell. */
  readonly size: number | null
}

/** The state of a repository at a revision. */
export interface RemoteRevision {
  readonly commit: string
  readonly files: readonly string[]
}

/** Content from `start` on; a server that knows no ranges starts at 0 whatever was asked for. */
export interface RemoteContent {
  readonly start: number
  readonly body: AsyncIterable<Uint8Array>
}

export interface HubClient {
  readonly readRevision: (repository: Repository) => Promise<RemoteRevision>
  readonly describe: (repository: Repository, commit: string, name: string) => Promise<RemoteFile>
  readonly readContent: (file: RemoteFile, from: number) => Promise<RemoteContent>
}

export function makeHubClient(settings: HubSettings): HubClient {
  const ask = makeAsk(settings)
  return {
    readRevision: (repository) =>
      insist(settings.patience, async () => {
        const { id, revision } = repository
        const { response } = await ask(`${settings.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`)
        if (!response.ok) throw await refusal(response, settings, repository, null)
        return parseRevision(await response.json().catch(() => null), settings, id)
      }),
    describe: (repository, commit, name) =>
      insist(settings.patience, async () => {
        const url = `${settings.endpoint}/${repository.id}/resolve/${commit}/${name.split('/').map(encodeURIComponent).join('/')}`
        const stop = ({ headers }: Response): boolean =>
          headers.has('x-linked-etag') || (headers.has('etag') && headers.has('x-repo-commit'))
        let answer = await ask(url, { method: 'HEAD' }, stop)
        // Some mirrors know GET alone.
        if ([405, 501].includes(answer.response.status)) answer = await ask(url, {}, stop)
        await answer.response.body?.cancel()
        const isRedirect = answer.response.status >= 300 && answer.response.status < 400
        if (!answer.response.ok && !isRedirect) throw await refusal(answer.response, settings, repository, name)
        return readDescription(answer.response, { name, url }, isRedirect)
      }),
    readContent: async (file, from) => {
      const { response, silence } = await ask(file.url, from === 0 ? {} : { headers: { range: `bytes=${from}-` } })
      if (response.status === 416) return { start: 0, body: nothing() }
      if (!response.ok || response.body === null) {
        throw temporary(response.status, `The hub answered ${response.status} for ${file.name}`)
      }
      const start = response.status === 206 ? rangeStart(response) : 0
      return { start, body: pieces(response.body, silence, file.name) }
    },
  }
}

/** Asks once more where something went wrong that may pass. */
async function insist<T>({ pause }: HubPatience, ask: () => Promise<T>): Promise<T> {
  return ask().catch(async (error: unknown) => {
    if (!(error instanceof ComputeError) || error.kind !== 'network') throw error
    await sleep(pause)
    return ask()
  })
}

interface Answer {
  readonly response: Response
  /** Restarts the clock that ends a silent connection; call it with every piece, and with `false` at the end. */
  readonly silence: (goesOn: boolean) => void
}

type Ask = (url: string, init?: RequestInit, stop?: (response: Response) => boolean) => Promise<Answer>

const mostRedirects = 8

function makeAsk({ endpoint, token, patience }: HubSettings): Ask {
  const { origin } = new URL(endpoint)
  return async (first, init = {}, stop = () => false) => {
    let url = new URL(first)
    for (let hop = 0; hop <= mostRedirects; hop++) {
      const headers = new Headers(init.headers)
      headers.set('accept-encoding', 'identity') // or the length would be that of something else
      headers.set('user-agent', 'coattend')
      if (token !== null && url.origin === origin) headers.set('authorization', `Bearer ${token}`)
      const answer = await send(url, { ...init, headers, redirect: 'manual' }, patience)
      const { response } = answer
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null || stop(response)) return answer
      await response.body?.cancel()
      answer.silence(false)
      url = followed(location, url)
    }
    throw new ComputeError('hub', `${first} redirects more than ${mostRedirects} times`)
  }
}

function followed(location: string, from: URL): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url
  throw new ComputeError(
    'hub',
    `${from.href} redirects to ${JSON.stringify(location.slice(0, 200))}, which is no address`,
  )
}

async function send(url: URL, init: RequestInit, { answer, silence }: HubPatience): Promise<Answer> {
  const controller = new AbortController()
  let timer = setTimeout(() => controller.abort(new Error(`no answer within ${answer / 1000} s`)), answer)
  try {
    const response = await fetch(url, { ...init, signal: controller.signal })
    clearTimeout(timer)
    return {
      response,
      silence: (goesOn) => {
        clearTimeout(timer)
        if (!goesOn) return
        timer = setTimeout(() => controller.abort(new Error(`silent for ${silence / 1000} s`)), silence)
      },
    }
  } catch (cause) {
    clearTimeout(timer)
    throw new ComputeError('network', `${url.origin} cannot be reached: ${reasonOf(cause)}`, { cause })
  }
}

/** What went wrong; fetch hides it in the cause. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { message, code } = (inner instanceof Error ? inner : new Error(String(inner))) as NodeJS.ErrnoException
  return (message === '' ? (code ?? 'no reason given') : message).split('\n')[0]!
}

async function* pieces(
  body: ReadableStream<Uint8Array>,
  silence: Answer['silence'],
  name: string,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      silence(true)
      const { value, done } = await reader.read().catch((cause: unknown) => {
        throw new ComputeError('network', `The connection broke while fetching ${name}: ${reasonOf(cause)}`, { cause })
      })
      if (done) return
      yield value
    }
  } finally {
    silence(false)
    await reader.cancel().catch(() => {}) // it has ended already, or we no longer want it
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** `Content-Range: bytes 100-199/200` */
const rangeStart = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? NaN)

function parseRevision(answer: unknown, { endpoint }: HubSettings, id: string): RemoteRevision {
  const { sha, siblings } = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>
  if (typeof sha !== 'string' || !/^[\w-]{1,64}$/.test(sha) || !Array.isArray(siblings)) {
    throw new ComputeError('hub', `${endpoint} does not answer like a hub about ${id}; check HF_ENDPOINT`)
  }
  const names = siblings.map((sibling) => (sibling as { rfilename?: unknown } | null)?.rfilename)
  return { commit: sha, files: names.filter((name) => typeof name === 'string') }
}

function readDescription(response: Response, file: Pick<RemoteFile, 'name' | 'url'>, isRedirect: boolean): RemoteFile {
  const { headers } = response
  const raw = headers.get('x-linked-etag') ?? headers.get('etag') ?? ''
  const etag = raw.replace(/^W\//, '').replaceAll('"', '')
  if (!/^[\w-]{1,128}$/.test(etag)) {
    throw new ComputeError('hub', `The hub gives no usable ETag for ${file.name}; check HF_ENDPOINT`)
  }
  const size = headers.get('x-linked-size') ?? (isRedirect ? null : headers.get('content-length'))
  return { ...file, etag, size: size !== null && /^\d{1,15}$/.test(size) ? Number(size) : null }
}

/** Statuses that may be other ones in a moment. */
const temporary = (status: number, message: string): ComputeError =>
  new ComputeError(status >= 500 || status === 429 || status === 408 ? 'network' : 'hub', message)

async function refusal(
  response: Response,
  { endpoint, token }: HubSettings,
  { id, revision }: Repository,
  file: string | null,
): Promise<ComputeError> {
  await response.body?.cancel()
  const { status } = response
  const code = response.headers.get('x-error-code') ?? ''
  const what = file === null ? id : `${file} of ${id}`
  if (code === 'GatedRepo' || (status === 403 && code === '')) {
    const advice = token === null ? 'and set HF_TOKEN' : 'with the account of HF_TOKEN'
    return new ComputeError('hub', `${what} is gated or private: ask for access at ${endpoint}/${id} ${advice}`)
  }
  if (code === 'RevisionNotFound') return new ComputeError('hub', `${id} has no revision ${revision} at ${endpoint}`)
  if (status === 401) {
    const advice = token === null ? 'if it is private, set HF_TOKEN' : 'the token of HF_TOKEN gives no access to it'
    return new ComputeError('hub', `${what} is not at ${endpoint} for everybody: check the name, or ${advice}`)
  }
  if (status === 404) {
    return new ComputeError('hub', `There is no ${what} at revision ${revision} at ${endpoint}; check the name`)
  }
  return temporary(status, `${endpoint} answered ${status} for ${what}; try again later`)
}
