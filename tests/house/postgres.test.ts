import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { checkout } from '../../bin/checkout.js'
import { findPostgres, openPostgres } from '../../bin/postgres.js'

const programs = findPostgres(process.env)

async function ask(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  // The server may end while the connection idles; what is asked of it then fails by itself.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query('SELECT 6 * 7 AS answer')).rows
  } finally {
    await client.end()
  }
}

test.skipIf(programs === null)(
  '[HO52] a throw-away PostgreSQL answers, wants its password, and is gone after close()',
  async () => {
    const server = await openPostgres(programs ?? '')
    expect(await ask(server.url)).toEqual([{ answer: 42 }])
    await expect(ask(server.url.replace(/:\w+@/, ':wrong@'))).rejects.toThrow('password authentication failed')
    await server.close()
    await expect(ask(server.url)).rejects.toThrow('ECONNREFUSED')
  },
)

test.skipIf(programs === null)(
  '[HO53] it is gone, with its files, when the process that opened it is killed',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coattend-house-'))
    chmodSync(folder, 0o711) // PostgreSQL runs as another user below it
    const owner = openInChild(folder)
    try {
      const url = await new Promise<string>((resolve) =>
        owner.stdout.once('data', (data) => resolve(String(data).trim())),
      )
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^coattend-postgres-/)])
      expect(await ask(url)).toEqual([{ answer: 42 }])
      owner.kill('SIGKILL')
      await expect.poll(() => ask(url).catch(String), { timeout: 10_000, interval: 200 }).toMatch('ECONNREFUSED')
      await expect.poll(() => readdirSync(folder), { timeout: 10_000 }).toEqual([])
    } finally {
      owner.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

/** A process that opens a PostgreSQL below a folder, prints its address and then does nothing. */
function openInChild(folder: string): ChildProcessByStdio<null, Readable, null> {
  const script = `import { openPostgres } from ${JSON.stringify(pathToFileURL(join(checkout, 'bin/postgres.js')).href)}
    console.log((await openPostgres(${JSON.stringify(programs)})).url); setInterval(() => {}, 1000)`
  return spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('[HO54] programs that do not work are reported in one line', async () => {
  await expect(openPostgres(join(tmpdir(), 'no-such-folder'))).rejects.toThrow(
    /^PostgreSQL in .*no-such-folder does not start: [^\n]+$/,
  )
})
