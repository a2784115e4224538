/** The one place that speaks HTTP: sends JSON with the header that cross-site pages cannot send, and parses every reply. */
import type { z } from 'zod'
import { errorReply } from '#server/wire/errors.ts'
import { guardHeader } from '#server/wire/paths.ts'
import { WebError } from '#web/errors.ts'

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, with its own media type. */
  readonly file?: Blob
  readonly signal?: AbortSignal
}

/** How the api files reach the server; tests pass their own. */
export interface Api {
  /** The reply, parsed by its schema. Throws a WebError. */
  ask<Reply>(schema: z.ZodType<Reply>, path: string, call?: Call): Promise<Reply>
  /** A call whose reply has no body worth reading. */
  tell(path: string, call: Call): Promise<void>
  /** A file as bytes. */
  bytes(path: string, signal?: AbortSignal): Promise<Uint8Array>
}

export function makeApi(fetch: typeof globalThis.fetch): Api {
  const send = (path: string, call: Call): Promise<Response> => sendCall(fetch, path, call)
  return {
    async ask(schema, path, call = {}) {
      const body: unknown = await readJson(await send(path, call), path)
      const parsed = schema.safeParse(body)
      if (parsed.success) return parsed.data
      throw new WebError('unreadable', `The server's answer to ${path} was not understood. Reload the page.`, {
        cause: parsed.error,
      })
    },
    async tell(path, call) {
      await send(path, call)
    },
    async bytes(path, signal) {
      const response = await send(path, signal ? { signal } : {})
      return new Uint8Array(await response.arrayBuffer())
    },
  }
}

async function sendCall(fetch: typeof globalThis.fetch, path: string, call: Call): Promise<Response> {
  const response = await fetch(path, initOf(call)).catch((cause: unknown) => {
    if (call.signal?.aborted) throw cause
    throw new WebError('offline', 'The server cannot be reached. What is on screen stays; try again in a moment.', {
      cause,
    })
  })
  if (response.ok) return response
  throw await refusalOf(response)
}

function initOf(call: Call): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' }
  const method = call.method ?? 'GET'
  if (method !== 'GET') headers[guardHeader.name] = guardHeader.value
  if (call.file) headers['content-type'] = call.file.type || 'application/octet-stream'
  else if (method !== 'GET') headers['content-type'] = 'application/json'
  const body = call.file ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
  return {
    method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body }),
    ...(call.signal ? { signal: call.signal } : {}),
  }
}

async function readJson(response: Response, path: string): Promise<unknown> {
  try {
    return await response.json()
  } catch (cause) {
    throw new WebError('unreadable', `The server's answer to ${path} was cut short. Try again.`, { cause })
  }
}

async function refusalOf(response: Response): Promise<WebError> {
  const body: unknown = await response.json().catch(() => null)
  const parsed = errorReply.safeParse(body)
  if (parsed.success) {
    const { kind, message, field } = parsed.data.error
    return new WebError(kind, message, field === undefined ? {} : { field })
  }
  // A proxy in between, or a server that is starting or ending, answers without our error shape.
  return new WebError('offline', `The server answered with status ${response.status}. Try again in a moment.`)
}
