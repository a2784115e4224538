/** What a real server answered about one article of the newsroom example, rounded, with its parsed scores. */
import type { FieldReply, InstanceReply, InstanceRow } from '#server/wire/instances.ts'
import { fieldReply, instanceReply, instanceRow } from '#server/wire/instances.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { workspaceReply } from '#server/wire/workspaces.ts'
import type { Scores } from '#web/state/scores.ts'
import { wholeScores } from '#web/state/scores.ts'
import recording from './newsroom.json'

export interface Recorded {
  readonly info: WorkspaceReply
  readonly instance: InstanceReply
  readonly rows: readonly InstanceRow[]
  readonly fields: readonly FieldReply[]
  readonly scores: Scores
}

/** Parsed with the schemas of the wire: a story cannot show what no server would send. */
export function readRecorded(): Recorded {
  const { scores } = recording
  return {
    info: workspaceReply.parse(recording.info),
    instance: instanceReply.parse(recording.instance),
    rows: recording.rows.map((row) => instanceRow.parse(row)),
    fields: recording.fields.map((field) => fieldReply.parse(field)),
    scores: wholeScores({
      source: Float32Array.from(scores.source),
      prefix: Float32Array.from(scores.prefix),
      objective: Float32Array.from(scores.objective),
      baselineObjective: Float32Array.from(scores.baselineObjective),
      gap: Float32Array.from(scores.gap),
      nodes: Int32Array.from(scores.nodes),
      converged: Uint8Array.from(scores.converged),
    }),
  }
}

/** The same attribution after so many targets: the rest is a first impression of one gradient. */
export function partialScores(whole: Scores, finished: number): Scores {
  const late = (target: number): boolean => target >= finished
  const thin = (values: Float32Array, width: number): Float32Array =>
    values.map((value, at) => (late(Math.floor(at / width)) ? value / 50 : value))
  return {
    ...whole,
    source: thin(whole.source, whole.sourceWidth),
    prefix: thin(whole.prefix, whole.prefixWidth),
    gap: whole.gap.map((gap, target) => (late(target) ? Number.NaN : gap)),
    nodes: whole.nodes.map((nodes, target) => (late(target) ? 1 : nodes)),
    converged: whole.converged.map((flag, target) => (late(target) ? 0 : flag)),
  }
}
