import { Refusal } from '../errors.ts'

/** The bytes of a request's body, refused as soon as there are too many: what a client claims about its length is not believed. */
export async function* readChunks(request: Request, maxBytes: number): AsyncGenerator<Uint8Array> {
  const claimed = Number(request.headers.get('content-length') ?? 0)
  if (claimed > maxBytes) throw tooLarge(maxBytes)
  if (request.body === null) return
  let total = 0
  // Typed as Uint8Array by the fetch standard; the type of Node leaves it open.
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    total += chunk.byteLength
    if (total > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}

/** A body of JSON. An empty one is an empty object, so that a POST that says it all by its address needs none. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(
      'bad-request',
      `send the body as JSON with "content-type: application/json"; it came as "${type.slice(0, 80)}"`,
    )
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of readChunks(request, maxBytes)) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (bytes.byteLength === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new Refusal(
      'bad-request',
      `the body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}

function tooLarge(maxBytes: number): Refusal {
  const size = maxBytes >= 2 ** 20 ? `${Math.floor(maxBytes / 2 ** 20)} MB` : `${Math.floor(maxBytes / 1024)} KB`
  return new Refusal('too-large', `the body is larger than ${size}. Send less, or split it`)
}
