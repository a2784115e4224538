/** Printing and keeping what a benchmark measured. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

export interface Row {
  readonly what: string
  readonly ours: string
  readonly reference: string
  readonly ratio: string
  readonly goal: string
}

export const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Seconds with three digits and a unit that suits them. */
export const duration = (seconds: number): string =>
  seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`

export const times = (ratio: number): string => `${ratio.toPrecision(3)} ×`

/** A part of a whole. */
export const share = (part: number): string => `${(100 * part).toFixed(0)} %`

export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`

/** A Markdown table on standard output, and everything as JSON in `bench/results/`. */
export function report(name: string, rows: readonly Row[], details: unknown): void {
  console.log(`\n${machine()}\n`)
  console.log('| what | Coattend | reference | ratio | goal |\n|---|---|---|---|---|')
  for (const { what, ours, reference, ratio, goal } of rows) {
    console.log(`| ${[what, ours, reference, ratio, goal].join(' | ')} |`)
  }
  keepResults(name, { rows, details })
}

/** Everything as JSON in `bench/results/`, with the machine and the time it was measured on. */
export function keepResults(name: string, found: object): void {
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const content = { at: new Date().toISOString(), machine: machine(), ...found }
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(content, null, 1)}\n`)
}
