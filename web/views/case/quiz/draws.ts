/** What answers draw on, on both checkpoints, condition by condition. */
import type { DemonstrationsReport } from '#server/wire/case-studies.ts'
import { demonstrationsReport } from '#server/wire/case-studies.ts'
import { createAnswer } from '../answer.ts'
import { byCondition } from './segments.ts'

/** The checkpoint of the workspace, and an earlier one of the same training. */
export const versions = [
  { label: 'final', checkpoint: null, mark: 'final' },
  { label: 'early', checkpoint: 'quiz-early', mark: 'early' },
] as const

export const createDraws = () =>
  versions.map(({ label, checkpoint }) =>
    createAnswer({ kind: 'demonstrations', by: 'condition', rows: 30, checkpoint }, demonstrationsReport, {
      label,
      readsOutputs: false,
    }),
  )

type Condition = DemonstrationsReport['conditions'][number]

export interface ConditionRow {
  readonly condition: Condition
  readonly version: string
  readonly mark: string
}

/** Condition by condition, the checkpoints of each beside each other. */
export function conditionRows(reports: readonly (DemonstrationsReport | null)[]): readonly ConditionRow[] {
  const known = reports.flatMap((report, i) =>
    (report?.conditions ?? []).map((condition) => ({
      condition,
      name: condition.name,
      version: versions[i]!.label,
      mark: versions[i]!.mark,
    })),
  )
  return byCondition(known)
}
