import { guardHeader, paths } from '#server/wire/paths.ts'

/** A person who talks to a running server without a browser. */
export interface Caller {
  /** The cookie of the session, as a header. */
  readonly cookie: string
  ask(method: string, path: string, body?: unknown): Promise<Response>
  /** JSON of a reply that must be a success. */
  read<T>(method: string, path: string, body?: unknown): Promise<T>
}

export async function signIn(url: string, name: string): Promise<Caller> {
  const request = (method: string, path: string, body: unknown, cookie: string): Promise<Response> =>
    fetch(url + path, {
      method,
      headers: { cookie, [guardHeader.name]: guardHeader.value, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const signed = await request('POST', paths.session, { name }, '')
  const cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const ask: Caller['ask'] = (method, path, body) => request(method, path, body, cookie)
  return {
    cookie,
    ask,
    async read<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await ask(method, path, body)
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T // the wire's own tests hold the server to its schemas
    },
  }
}
