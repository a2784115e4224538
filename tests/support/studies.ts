/** Studies run in this process, on texts that the command line wrote outputs for. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runStudy } from '#compute/studies/run-study.ts'
import type { StudySteps } from '#compute/studies/study.ts'
import { openFolder } from '#compute/tasks/opened.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type { Progress, StudyResult, StudyTask } from '#compute/types.ts'
import type { CommandLine } from './command-line.ts'
import { example } from './golden.ts'

/** The first rows of an example corpus, as objects and as a file. */
export function firstRows(name: string, count: number, folder: string) {
  const lines = readFileSync(example(`data/${name}.test.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .slice(0, count)
  const path = join(folder, `${name}.${count}.jsonl`)
  writeFileSync(path, lines.join('\n'))
  return { path, rows: lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>) }
}

/** A checkpoint of the examples, ready for work in this process. */
export const openExample = (name: string, cache: string): Promise<Opened> =>
  openFolder(example(`checkpoints/${name}`), { device: 'cpu', threads: 1, cache })

/** All steps of a study; progress must never run backwards within a stage. */
export async function finish(steps: StudySteps): Promise<StudyResult & { readonly stages: readonly string[] }> {
  let last: Progress = { stage: '', done: 0, total: 0 }
  const stages: string[] = []
  for (;;) {
    const step = await steps.next()
    if (step.done === true) return { ...step.value, stages }
    if (step.value.stage === last.stage) expect(step.value.done).toBeGreaterThanOrEqual(last.done)
    else stages.push(step.value.stage)
    expect(step.value.done).toBeLessThanOrEqual(step.value.total)
    last = step.value
  }
}

type OfCheckpoint = Extract<StudyTask, { checkpoint: string }>
type Asked<K extends OfCheckpoint['study']> = Omit<Extract<OfCheckpoint, { study: K }>, 'kind' | 'checkpoint'>

/** One study of an open checkpoint. */
export const study = <K extends OfCheckpoint['study']>(opened: Opened, asked: Asked<K> & { readonly study: K }) =>
  finish(runStudy(opened, { kind: 'study', checkpoint: opened.folder, ...asked } as unknown as OfCheckpoint)) // put together again

/** A command over a corpus: its summary, and its rows. */
export async function runCorpus(
  { run, folder }: CommandLine,
  words: readonly string[],
  output: string,
): Promise<{ readonly summary: unknown; readonly rows: readonly unknown[] }> {
  const to = join(folder, output)
  const { code, out } = await run(...words, '--output', to, '--json')
  expect(code).toBe(0)
  const rows = readFileSync(join(to, 'rows.jsonl'), 'utf8').trim().split('\n')
  return { summary: JSON.parse(out) as unknown, rows: rows.map((line) => JSON.parse(line) as unknown) }
}
