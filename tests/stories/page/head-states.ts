/** The Attention Views: chosen heads, heads that are left out, work under way, no server, other people's heads. */
import type { RunReply } from '#server/wire/runs.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { unanswered } from '#web/state/analyses.ts'
import type { RoomState } from './room.ts'

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
  const selections = new Map(
    others.map(({ person }) => [person.id, { ...base.view, heads: ['cross.2.1', 'encoder.0.0'], at: 1 }] as const),
  )
  return [
    ['heads', chosen],
    ['heads-two', { ...chosen, view: { ...chosen.view, heads: ['cross.2.1', 'decoder.0.3'], pruned: ['cross.2.0'] } }],
    ['heads-running', { ...chosen, answer: () => running }],
    ['heads-offline', { ...chosen, online: false, answer: () => unanswered }],
    ['heads-others', { ...chosen, people: [...base.people, ...others], selections }],
  ]
}
