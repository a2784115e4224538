/**
 * What checkpoints of 500 MB and 3 GB cost to open, to attribute with, and to close, each in a process of its own (Linux alone).
 *
 *   npm run bench -- scale [--threads 2]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeLargeCheckpoint } from './support/large-checkpoint.ts'
import { report } from './support/report.ts'
import type { Row } from './support/report.ts'

const { values } = parseArgs({ options: { threads: { type: 'string', default: String(availableParallelism()) } } })

interface Found {
  readonly weights: number
  readonly opened: number
  readonly attributed: number
  readonly closed: number
}

const folder = mkdtempSync(join(tmpdir(), 'coattend-scale-'))
const program = fileURLToPath(new URL('attribution/scale.ts', import.meta.url))
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`
const rows: Row[] = []
const details: Found[] = []
try {
  for (const [layers, width] of [
    [12, 768],
    [24, 1600],
  ] as const) {
    const checkpoint = join(folder, `${width}`)
    makeLargeCheckpoint(checkpoint, layers, width)
    const args = ['--import', 'tsx', program, '--folder', checkpoint, '--cache', folder, '--threads', values.threads]
    const found = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Found
    details.push(found)
    rows.push({
      what: `${megabytes(found.weights)} checkpoint: proportional memory open / having attributed / closed`,
      ours: [found.opened, found.attributed, found.closed].map(megabytes).join(' / '),
      reference: '',
      ratio: '',
      goal: `≤ ${megabytes(1.5 * found.weights + 600e6)}`,
    })
    rmSync(checkpoint, { recursive: true })
  }
  report('scale', rows, details)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
