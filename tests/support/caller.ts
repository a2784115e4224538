import { guardHeader, paths } from '#server/wire/paths.ts'
import type { OutputReply } from '#server/wire/outputs.ts'
import type { RunReply } from '#server/wire/runs.ts'
import { until } from '#tests/support/server.ts'

/** A person who talks to a running server without a browser. */
export interface Caller {
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
    ask,
    async read<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await ask(method, path, body)
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T // the wire's own tests hold the server to its schemas
    },
  }
}

/** Lets the model write every output of a workspace. */
export async function writeOutputs(caller: Caller, workspace: string): Promise<void> {
  const { run } = await caller.read<OutputReply>('POST', paths.outputs(workspace))
  if (run === null) return
  let state = run
  await until(
    `the outputs of ${workspace} are written`,
    async () => {
      state = await caller.read<RunReply>('GET', paths.run(workspace, run.key))
      return state.state !== 'queued' && state.state !== 'running'
    },
    60_000,
  )
  if (state.state !== 'done') throw new Error(`writing the outputs ended as ${state.state}: ${state.error}`)
}
