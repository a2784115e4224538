/**
 * Projections beside umap-learn and scikit-learn on the same points. Layouts: one thread each, processor seconds (walls lie on a shared
 * machine). Components, which are to be on the screen at once: all processors, the median wall of five.
 *
 *   npm run bench -- projection [--points 10000] [--width 768] [--python PATH] [--only pca|umap|tsne]
 *
 * Without the environment of bench/pytorch/setup.sh the columns of the reference stay empty.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { encodeSafetensors } from '#compute/checkpoint/safetensors.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { principalComponents, projectPoints } from '#compute/projection/pca.ts'
import { project } from '#compute/projection/project.ts'
import { meanOfMeasure } from '#compute/projection/reliability.ts'
import type { ProjectionOptions, StateMatrix } from '#compute/types.ts'
import { duration, median, report, times, type Row } from './support/report.ts'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '10000' },
    width: { type: 'string', default: '768' },
    python: { type: 'string' },
    only: { type: 'string' },
  },
})
const [rows, width] = [Number(values.points), Number(values.width)]
const one = { device: 'cpu', threads: 1 } as const
const folder = mkdtempSync(join(tmpdir(), 'coattend-projection-'))
const file = join(folder, 'states.safetensors')
const python = values.python ?? fileURLToPath(new URL('pytorch/.venv/bin/python', import.meta.url))

interface Answer {
  readonly seconds: number
  readonly trustworthiness: number | null
}

/** 40 clusters in 24 latent dimensions, bent by a tanh, with noise: as hidden states are, near a surface of few dimensions. */
function makeStates(): StateMatrix {
  const random = makeRandom(1)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const latent = 24
  const centres = Array.from({ length: 40 }, () => Array.from({ length: latent }, () => 1.5 * normal()))
  const mixing = Float64Array.from({ length: latent * width }, () => normal() / Math.sqrt(latent))
  const data = new Float32Array(rows * width)
  for (let i = 0; i < rows; i++) {
    const at = centres[Math.floor(random() * centres.length)]!.map((entry) => entry + 0.6 * normal())
    for (let j = 0; j < width; j++) {
      const sum = at.reduce((total, entry, l) => total + entry * mixing[l * width + j]!, 0)
      data[i * width + j] = Math.tanh(sum) + 0.1 * normal()
    }
  }
  return { rows, width, data }
}

const processorSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

/** From points to coordinates, in a process that has done it before. */
async function componentSeconds(points: StateMatrix): Promise<number> {
  const walls: number[] = []
  for (let run = -1; run < 5; run++) {
    const started = performance.now()
    projectPoints(points, await principalComponents(points, 2, { device: 'cpu', threads: availableParallelism() }), 2)
    if (run >= 0) walls.push((performance.now() - started) / 1000)
  }
  return median(walls)
}

async function ours(points: StateMatrix, method: ProjectionOptions['method']): Promise<Answer> {
  if (method === 'pca') return { seconds: await componentSeconds(points), trustworthiness: null }
  const options = { engine: 'fast', dimensions: 2, metric: 'euclidean', seed: 0, neighbours: 15 } as const
  const more = { judged: 15, minDistance: 0.1, spread: 1, perplexity: 30, epochs: null, alignment: 0 }
  const started = process.cpuUsage()
  const input = { layers: [{ ...points, name: 'states' }], added: null, given: null }
  const steps = project(input, { method, ...options, ...more }, one)
  let seconds = 0
  let step = await steps.next()
  for (; step.done !== true; step = await steps.next()) {
    // The reference does not measure reliability: the clock stops at the finished layout.
    if (step.value.progress.stage !== 'reliability') seconds = processorSeconds(started)
  }
  return { seconds, trustworthiness: meanOfMeasure(step.value.layers[0]!.trustworthiness) }
}

function theirs(method: ProjectionOptions['method']): Answer | null {
  if (!existsSync(python)) return null
  const program = fileURLToPath(new URL('pytorch/projection.py', import.meta.url))
  const threads = String(method === 'pca' ? availableParallelism() : 1)
  const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, NUMBA_NUM_THREADS: threads }
  const answer = execFileSync(python, [program, method, file], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return JSON.parse(answer) as Answer
}

const goals = { pca: '≤ 300 ms', umap: '≤ 0.5 ×, trustworthiness within 0.005', tsne: '' } as const
const names = {
  pca: 'PCA, wall',
  umap: 'UMAP, 15 neighbours, processor time',
  tsne: 't-SNE, perplexity 30, processor time',
} as const

function describe(answer: Answer | null): string {
  if (answer === null) return ''
  const trust = answer.trustworthiness === null ? '' : `, trustworthiness ${answer.trustworthiness.toFixed(4)}`
  return `${duration(answer.seconds)}${trust}`
}

try {
  const points = makeStates()
  writeFileSync(file, encodeSafetensors({ states: { dtype: 'F32', shape: [rows, width], data: points.data } }))
  await principalComponents({ rows: 500, width, data: points.data.subarray(0, 500 * width) }, 2, one) // the runtime is loaded once
  const table: Row[] = []
  for (const method of ['pca', 'umap', 'tsne'] as const) {
    if (values.only !== undefined && values.only !== method) continue
    const [found, reference] = [await ours(points, method), theirs(method)]
    const ratio = reference === null ? '' : times(found.seconds / reference.seconds)
    const what = `${names[method]}: ${rows} × ${width}`
    table.push({ what, ours: describe(found), reference: describe(reference), ratio, goal: goals[method] })
    console.log(`${what}: ${describe(found)} | ${describe(reference)} | ${ratio}`)
  }
  report('projection', table, {})
} finally {
  rmSync(folder, { recursive: true })
}
