/** The product as `npm start` runs it, for benchmarks of what a person waits for. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { paths } from '#server/wire/paths.ts'
import type { RunsReply } from '#server/wire/runs.ts'
import type { Caller } from '#tests/support/caller.ts'

export interface BenchServer {
  readonly url: string
  /** Ends it and removes its data. */
  close(): Promise<void>
}

export const exampleWorkspaces = ['newsroom', 'phrasebook', 'quiz'] as const

/** Starts a server on a free port with an empty data folder, and waits until it answers. */
export async function startServer(name: string): Promise<BenchServer> {
  const data = mkdtempSync(join(tmpdir(), `coattend-${name}-`))
  const start = fileURLToPath(new URL('../../bin/start.js', import.meta.url))
  const server = spawn(process.execPath, [start, '--port', '0', '--data', data], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const close = async (): Promise<void> => {
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await ended
    }
    rmSync(data, { recursive: true, force: true })
  }
  for await (const line of createInterface({ input: server.stderr })) {
    const url = /ready: open (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    server.stderr.resume() // what it says later is not needed
    return { url, close }
  }
  await close()
  throw new Error('the server did not start')
}

/** Takes back the runs that write the corpora of the examples, so that nothing else is computed. */
export async function stopCorpora(person: Caller): Promise<void> {
  for (const workspace of exampleWorkspaces) {
    const { runs } = await person.read<RunsReply>('GET', paths.runs(workspace))
    for (const { key } of runs) await person.read('DELETE', paths.run(workspace, key))
  }
}

/** Waits until no run of the examples is queued or under way. */
export async function untilIdle(person: Caller): Promise<void> {
  for (const workspace of exampleWorkspaces) {
    while ((await person.read<RunsReply>('GET', paths.runs(workspace))).runs.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
