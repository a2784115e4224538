import type { TestServer, Visitor } from './server.ts'
import { until } from './server.ts'

/** JSON of a reply that must be a success; the text of the refusal otherwise. */
export async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

/** Rows of a corpus as JSONL. */
export const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n')

/** Makes a workspace, over the double's checkpoint where none is named, and returns its id. */
export async function makeWorkspace(
  server: TestServer,
  visitor: Visitor,
  rows: readonly unknown[] = [{ id: 'a', source: 'one two three' }],
  checkpoint = 'model',
): Promise<string> {
  const request = { name: 'Test', checkpoint, corpus: { name: 'rows', rows: lines(rows) } }
  return (await read<{ id: string }>(await server.ask(visitor, 'POST', '/api/workspaces', request))).id
}

/** Waits until every output of a workspace is written. */
export async function writeAll(server: TestServer, visitor: Visitor, workspace: string): Promise<void> {
  await until('all outputs are written', async () => {
    const reply = await read<{ runs: { kind: string }[] }>(
      await server.ask(visitor, 'GET', `/api/workspaces/${workspace}/runs`),
    )
    return reply.runs.every(({ kind }) => kind !== 'corpus')
  })
}
