/** Answers to questions about the recorded article. Their numbers are made up: they show how answers look, not what a model does. */
import type { Question } from '#server/wire/analyses.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import { type Analysis, unanswered } from '#web/state/analyses.ts'

const layers = 4

/** An answer that is there, or null for questions that no story asks. */
export function answerOf(question: Question, instance: InstanceReply): Analysis | null {
  const [n, k] = [instance.source.ids.length, instance.output?.ids.length ?? 0]
  if (question.kind === 'flow') {
    return done({
      'mean.source': rows([k, n]),
      'mean.prefix': rows([k, k]),
      'rollout.source': rows([k, n]),
      'rollout.prefix': rows([k, k]),
    })
  }
  if (question.kind === 'attention') {
    const { kind } = question.place
    return done({ weights: rows([4, kind === 'encoder' ? n : k, kind === 'decoder' ? k : n]) })
  }
  if (question.kind === 'interactions') {
    const wave = floats([n + k, n + k], (at) => Math.sin(at) ** 9 * Math.cos(at / 40) ** 3)
    const report = {
      caution: question.of === 'attention-edges' ? 'An overview, whose sum is not the change of F.' : null,
    }
    return done({ interactions: wave, gap: floats([1], () => 0.012), converged: flags([1]) }, report)
  }
  if (question.kind === 'lens') return lensOf(instance, question.count)
  return null
}

export const done = (tensors: Readonly<Record<string, Tensor>>, report: unknown = null): Analysis => ({
  ...unanswered,
  phase: { kind: 'done', seconds: 1 },
  tensors: new Map(Object.entries(tensors)),
  report,
})

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

export const floats = (shape: readonly number[], at: (index: number) => number): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from({ length: size(shape) }, (_, index) => at(index)),
})
const integers = (shape: readonly number[], at: (index: number) => number): Tensor => ({
  dtype: 'I32',
  shape,
  data: Int32Array.from({ length: size(shape) }, (_, index) => at(index)),
})
export const flags = (shape: readonly number[]): Tensor => ({
  dtype: 'U8',
  shape,
  data: new Uint8Array(size(shape)).fill(1),
})

/** Rows that add up to 1, with a few large entries. */
function rows(shape: readonly number[]): Tensor {
  const keys = shape.at(-1) ?? 1
  const raw = Float32Array.from({ length: size(shape) }, (_, index) => Math.sin(index * 1.7) ** 16 + 0.01)
  return floats(shape, (index) => {
    const start = index - (index % keys)
    const sum = raw.subarray(start, start + keys).reduce((total, each) => total + each, 0)
    return (raw[index] ?? 0) / sum
  })
}

function lensOf(instance: InstanceReply, count: number): Analysis {
  const steps = instance.output?.steps ?? []
  const cells = [steps.length, layers]
  const layerOf = (cell: number): number => cell % layers
  const stepOf = (cell: number) => steps[Math.floor(cell / layers)]
  const others = steps.map(({ id }) => id)
  const chance = (cell: number): number => (stepOf(cell)?.logProb ?? 0) - (layers - 1 - layerOf(cell)) * 2.5
  const settled = (cell: number): boolean => layerOf(cell) >= 2
  return done(
    {
      ids: integers([...cells, count], (index) => {
        const cell = Math.floor(index / count)
        const place = index % count
        return place === 0 && settled(cell) ? (stepOf(cell)?.id ?? 0) : (others[(cell + place) % others.length] ?? 0)
      }),
      logProbs: floats([...cells, count], (index) => -0.2 - (index % count) * 1.4),
      entropies: floats(cells, (cell) => 0.3 + 1.5 * (layers - 1 - layerOf(cell))),
      targetLogProbs: floats(cells, chance),
      targetRanks: integers(cells, (cell) => (settled(cell) ? 1 : 40 * (layers - layerOf(cell)))),
    },
    { tokens: Object.fromEntries(steps.map(({ id, token }) => [id, token])) },
  )
}
