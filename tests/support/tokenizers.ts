import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** What differs from a checkpoint that is otherwise copied, as in `tests/fixtures/tokenizers/settings.json`. */
export interface Changes {
  readonly merge?: Readonly<Record<string, object>>
  readonly drop?: Readonly<Record<string, readonly string[]>>
  readonly write?: Readonly<Record<string, unknown>>
  readonly remove?: readonly string[]
}

/** The folder of an example checkpoint, or of a tokenizer among the fixtures. */
export function checkpointFolder(name: string): string {
  return name === 'byte-fallback' ? 'tests/fixtures/tokenizers/byte-fallback' : `examples/checkpoints/${name}`
}

/** A copy of the files that a tokenizer reads, with changes; gone when the test ends. */
export function copyTokenizer(name: string, changes: Changes = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-tokenizer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const isRead = (path: string): boolean => !/\.(safetensors|md)$|evaluation/.test(basename(path))
  cpSync(checkpointFolder(name), folder, { recursive: true, filter: isRead })
  for (const [file, added] of Object.entries(changes.merge ?? {})) {
    writeJson(folder, file, { ...readJson(folder, file), ...added })
  }
  for (const [file, keys] of Object.entries(changes.drop ?? {})) {
    const kept = Object.entries(readJson(folder, file)).filter(([key]) => !keys.includes(key))
    writeJson(folder, file, Object.fromEntries(kept))
  }
  for (const [file, value] of Object.entries(changes.write ?? {})) writeJson(folder, file, value)
  for (const file of changes.remove ?? []) rmSync(join(folder, file))
  return folder
}

const writeJson = (folder: string, file: string, value: unknown): void =>
  writeFileSync(join(folder, file), JSON.stringify(value))

export function readJson(folder: string, file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown> // our own fixtures
}
