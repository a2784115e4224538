import type { ActiveRun } from './active.ts'
import type { ComputingDeps, Made } from './computing.ts'
import type { StudyInput } from './input.ts'
import { computeCorpusStudy } from './corpus-study-run.ts'
import { computeProjection } from './projection-run.ts'

/** Computes a study; each family in its own file. */
export function computeStudy(input: StudyInput, active: ActiveRun, deps: ComputingDeps): Promise<Made> {
  const { study } = input
  switch (study.kind) {
    case 'projection':
      return computeProjection(input, study, active, deps)
    default:
      return computeCorpusStudy(input, study, active, deps)
  }
}
