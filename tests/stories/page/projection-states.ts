/** The Projection View in each of its states, over a made-up layout: it shows how pictures look, not what a model does. */
import { encodePoints } from '#collab/wire/point-set.ts'
import type { ProjectionStudy } from '#server/wire/projection-study.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { Analysis, StudyQuestion } from '#web/state/analyses.ts'
import { makePoints } from '#web/state/point-table.ts'
import { defaultParameters } from '#web/state/projection.ts'
import { unanswered } from '#web/state/analyses.ts'
import type { RoomState } from './room.ts'

const topics = [
  'award',
  'flood',
  'festival',
  'accident',
  'jobs',
  'discovery',
  'outbreak',
  'rescue',
  'strike',
  'zoo',
  'fire',
  'court',
]
const count = 600
const layers = 4
const kept = 15

/** Uniform in [0, 1), the same for the same number. */
const noise = (at: number): number => {
  const wave = Math.sin(at * 127.1 + 311.7) * 43_758.5453
  return wave - Math.floor(wave)
}

const floats = (shape: readonly number[], at: (index: number) => number): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => at(index)),
})
const integers = (shape: readonly number[], at: (index: number) => number): Tensor => ({
  dtype: 'I32',
  shape,
  data: Int32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => at(index)),
})

/** Topics stand on a spiral, the further apart the higher the layer. */
function place(layer: number, index: number): number {
  const [row, axis] = [index >> 1, index & 1]
  const topic = row % topics.length
  const spread = (3 + 4 * layer) * Math.sqrt(topic + 1)
  const middle = axis === 0 ? 1.5 * spread * Math.cos(topic * 2.4) : spread * Math.sin(topic * 2.4)
  return middle + 3 * (noise(index + 7 * layer) + noise(index + 0.5) - 1)
}

function tensorsOf(first: number): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>([['ordinals', integers([count], (row) => row)]])
  for (let layer = first; layer < layers; layer++) {
    tensors.set(
      `xy.${layer}`,
      floats([count, 2], (index) => place(layer, index)),
    )
    tensors.set(
      `kept.${layer}`,
      floats([count], (row) => Math.round(kept * (0.3 + 0.6 * noise(row))) / kept),
    )
    tensors.set(
      `neighbours.${layer}`,
      integers([count, kept], (at) => (Math.floor(at / kept) + topics.length * (1 + (at % kept))) % count),
    )
  }
  return tensors
}

const reportOf = (partial: 'sample' | null, rows: number): unknown => ({
  layers: Array.from({ length: layers }, (_, layer) => ({
    trustworthiness: 0.9 + 0.02 * layer,
    continuity: 0.9,
    kept: 0.4 + 0.05 * layer,
    variance: [],
    duplicates: 0,
  })),
  shown: count,
  of: rows,
  partial,
  measured: count,
  hash: 'c'.repeat(64),
  parameters: defaultParameters(),
})

const done = (partial: 'sample' | null = null): Analysis => ({
  ...unanswered,
  phase: { kind: 'done', seconds: 2 },
  tensors: tensorsOf(0),
  report: reportOf(partial, partial === null ? count : 1_240_000),
})

/** The states of an output that winds inwards. */
function stepsOf(tokens: number): Analysis {
  const tensors = new Map<string, Tensor>([
    ['ordinals', integers([tokens], () => 1)],
    ['instanceOf', integers([tokens], () => 0)],
    ['stepOf', integers([tokens], (step) => step)],
  ])
  for (let layer = 0; layer < layers; layer++) {
    const turn = (step: number): number => step * 0.9 + layer
    tensors.set(
      `xy.${layer}`,
      floats([tokens, 2], (at) => (tokens - (at >> 1)) * (at & 1 ? Math.sin(turn(at >> 1)) : Math.cos(turn(at >> 1)))),
    )
  }
  return { ...unanswered, phase: { kind: 'done', seconds: 1 }, tensors }
}

const running = (run: RunReply): Analysis => ({
  ...unanswered,
  phase: { kind: 'running', run },
  run: run.key,
  progress: { stage: 'layer 2: epoch 320 of 500', done: 64, total: 100, rate: 12, eta: 1.4 },
  partial: tensorsOf(2),
})

const points = makePoints({
  ordinals: Array.from({ length: count }, (_, row) => row),
  ids: Array.from({ length: count }, (_, row) => `newsroom-test-${row}`),
  columns: [
    {
      name: 'topic',
      title: 'topic',
      unit: '',
      definition: 'The column “topic” of the corpus file.',
      origin: 'corpus',
      filterable: true,
      type: 'category',
      levels: topics,
      codes: Array.from({ length: count }, (_, row) => row % topics.length),
    },
    {
      name: 'output.maxEntropy',
      title: 'max entropy',
      unit: 'nats',
      definition: 'The largest entropy of a step of the output.',
      origin: 'output',
      filterable: true,
      type: 'number',
      values: Array.from({ length: count }, (_, row) => (row % 50 === 3 ? null : 2 * noise(row) ** 2)),
    },
  ],
})

/** Each state by its name; names that begin with `projection` are shown with the plot instead of the table. */
export function projectionStates(base: RoomState, run: RunReply): readonly (readonly [string, RoomState])[] {
  const tokens = base.instance.kind === 'ready' ? (base.instance.instance.output?.ids.length ?? 0) : 0
  const laid = (corpus: Analysis): RoomState => ({
    ...base,
    points: { kind: 'ready', points },
    study: (study: StudyQuestion) => ((study['of'] as ProjectionStudy['of']) === 'corpus' ? corpus : stepsOf(tokens)), // asked by the state of projections
  })
  const whole = laid(done())
  const ended = (phase: Analysis['phase']): RoomState => laid({ ...running(run), phase, progress: null })
  const chosen = encodePoints(Array.from({ length: 40 }, (_, at) => 12 * at + 2))
  const theirs = encodePoints(Array.from({ length: 28 }, (_, at) => 12 * at + 7))
  return [
    ['projection', whole],
    ['projection-loading', { ...whole, points: { kind: 'loading' } }],
    [
      'projection-unread',
      { ...whole, points: { kind: 'failed', message: 'The server did not answer.', offline: false } },
    ],
    ['projection-asking', laid(unanswered)],
    ['projection-running', laid(running(run))],
    ['projection-cancelled', ended({ kind: 'cancelled' })],
    ['projection-failed', ended({ kind: 'failed', message: 'Not enough memory for 600 points.', offline: false })],
    ['projection-forbidden', ended({ kind: 'forbidden', message: 'You are a viewer here: ask an editor to run it.' })],
    ['projection-offline', { ...whole, online: false, save: { kind: 'offline', changes: 0 } }],
    ['projection-sample', laid(done('sample'))],
    ['projection-selected', { ...whole, view: { ...base.view, points: chosen } }],
    [
      'projection-filtered',
      { ...whole, matching: Uint8Array.from({ length: count }, (_, row) => (row % 3 === 0 ? 1 : 0)) },
    ],
    [
      'projection-without-instance',
      { ...whole, view: { ...base.view, instance: null, token: null }, instance: { kind: 'none' } },
    ],
    [
      'projection-others',
      {
        ...whole,
        people: [
          ...base.people,
          ...[['berta', 'Berta Karlsson', 2] as const, ['carl', 'Carl', 3] as const].map(([id, name, colour]) => ({
            person: { id, name, colour, dash: colour },
            you: false,
            idle: false,
            pane: null,
          })),
        ],
        selections: new Map([
          ['berta', { ...base.view, instance: 'newsroom-test-40', points: theirs, at: 2 }],
          ['carl', { ...base.view, instance: null, points: encodePoints([5]), at: 1 }],
        ]),
      },
    ],
  ]
}
