import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeExamples } from '#server/examples.ts'
import { copyDatabase, makeFolder } from '#tests/support/database.ts'
import { example } from '#tests/support/golden.ts'
import { openTestServer } from '#tests/support/server.ts'

/**
 * A data directory in which the example workspaces were made already, each from the first rows of its corpus: enough to choose from, few
 * enough to be written in seconds. A server that starts there makes no others, and its compute is free for the test.
 */
export async function makeDataDirectory(
  rowsOf: (corpus: string) => number = () => 12,
): Promise<{ readonly path: string; remove(): void }> {
  const folder = makeFolder()
  const small = shortenCorpora(rowsOf)
  await copyDatabase(folder.path)
  const server = await openTestServer({ data: folder.path })
  try {
    await makeExamples({ ...server.deps, folder: small, log: () => {} })
  } finally {
    await server.close()
    rmSync(small, { recursive: true, force: true })
  }
  // The double's checkpoint is none that compute could open.
  for (const leftover of ['models', 'checkpoints'])
    rmSync(join(folder.path, leftover), { recursive: true, force: true })
  return folder
}

/** A folder like `examples/` with the first rows of each corpus. */
function shortenCorpora(rowsOf: (corpus: string) => number): string {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-corpora-'))
  mkdirSync(join(folder, 'data'))
  for (const name of readdirSync(example('data')).filter((each) => each.endsWith('.test.jsonl'))) {
    const rows = readFileSync(example(join('data', name)), 'utf8')
      .split('\n')
      .slice(0, rowsOf(name.replace('.test.jsonl', '')))
    writeFileSync(join(folder, 'data', name), `${rows.join('\n')}\n`)
  }
  return folder
}
