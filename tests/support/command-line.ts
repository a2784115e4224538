/** The command line, run in this process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { main } from '#server/cli.ts'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CommandLine {
  /** Where it keeps everything; for files of the test too. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly run: (...words: readonly string[]) => Promise<Outcome>
  /** Runs with `--json`: standard output must be that one document, and nothing may be said beside it. */
  readonly ask: <T = Readonly<Record<string, unknown>>>(...words: readonly string[]) => Promise<T>
}

/** A command line with a folder of its own, which goes after the last test of the file. */
export function openCommandLine(name: string): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), `coattend-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true }))
  const env = { COATTEND_CACHE: join(folder, 'cache'), COATTEND_DATA: join(folder, 'data') }
  const run: CommandLine['run'] = (...words) => runCommand(words, env)
  return {
    folder,
    env,
    run,
    ask: async <T>(...words: readonly string[]) => {
      const { code, out, err } = await run(...words, '--json')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      return JSON.parse(out) as T
    },
  }
}

/** What a command writes, and its exit code. */
export async function runCommand(words: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  let [out, err] = ['', '']
  const streams = { out: (text: string) => void (out += `${text}\n`), err: (text: string) => void (err += text) }
  const code = await main(words, env, streams)
  return { code, out, err }
}
