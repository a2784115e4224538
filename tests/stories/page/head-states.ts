/** The Attention Views: chosen heads, heads that are left out, work under way, no server, other people's heads. */
import type { Question } from '#server/wire/analyses.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { unanswered } from '#web/state/analyses.ts'
import { floats } from './answers.ts'
import type { RoomState } from './room.ts'

/** The last layers, which are looked at first. */
const fourLayers = (): ReadonlyMap<string, Tensor> =>
  new Map(
    ['encoder.2', 'decoder.2', 'cross.2', 'encoder.1'].map((place, at) => [
      `importance.${place}`,
      floats([4], (head) => 0.05 * (head + at)),
    ]),
  )

/** The Attention Views in their states. */
export function headStates(
  base: RoomState,
  run: RunReply,
  others: readonly Attendee[],
): readonly (readonly [string, RoomState])[] {
  const chosen: RoomState = { ...base, view: { ...base.view, heads: ['cross.2.1'] } }
  const running: Analysis = {
    ...unanswered,
    phase: { kind: 'running', run },
    progress: { stage: 'cross, layer 1', done: 7, total: 9, rate: 2, eta: 1 },
  }
  // Four of nine layers are there: their cells are filled, the others are bones.
  const growing = (question: Question): Analysis | null =>
    question.kind === 'attention-attribution' ? { ...running, partial: fourLayers() } : null
  const selections = new Map(
    others.map(({ person }) => [person.id, { ...base.view, heads: ['cross.2.1', 'encoder.0.0'], at: 1 }] as const),
  )
  return [
    ['heads', chosen],
    ['heads-two', { ...chosen, view: { ...chosen.view, heads: ['cross.2.1', 'decoder.0.3'], pruned: ['cross.2.0'] } }],
    ['heads-running', { ...chosen, answer: () => running }],
    ['heads-growing', { ...chosen, answer: (question) => growing(question) ?? base.answer(question) }],
    ['heads-offline', { ...chosen, online: false, answer: () => unanswered }],
    ['heads-others', { ...chosen, people: [...base.people, ...others], selections }],
  ]
}
