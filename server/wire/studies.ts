import { z } from 'zod'
import { demonstrationsStudy, entitySupportStudy, evaluationStudy } from './case-studies.ts'
import { ablationCurveStudy, headSummaryStudy, pruningStudy, reconstructionStudy } from './head-studies.ts'
import { type ProjectionStudy, projectionStudy } from './projection-study.ts'
import { runReply } from './runs.ts'

/**
 * A question about the corpus, or about several instances. Its result is a safetensors file; what is not numbers stands as JSON in
 * the entry `report` of its metadata. A file of its own for each family of studies says what is in both.
 *
 * A study that finds a number for every instance also gives `columns` in its report (`studyColumn`): the points of the corpus can then
 * be coloured and filtered by them, as `study.KIND.NAME`.
 */
export const study = z.discriminatedUnion('kind', [
  projectionStudy,
  headSummaryStudy,
  ablationCurveStudy,
  pruningStudy,
  reconstructionStudy,
  entitySupportStudy,
  evaluationStudy,
  demonstrationsStudy,
])
/** As it is asked; what has a default may be left out. */
export type StudyQuestion = z.input<typeof study>
export type Study = z.output<typeof study>
/** One that reads texts and outputs. */
export type CorpusStudy = Exclude<Study, ProjectionStudy>

export const studyRequest = z.strictObject({ study })
export type StudyRequest = z.input<typeof studyRequest>

export const studyReply = z.object({
  run: runReply,
  /** `computed` now or before, `joined` a run somebody else started, or newly `started`. */
  how: z.enum(['started', 'joined', 'computed']),
})
export type StudyReply = z.infer<typeof studyReply>

/**
 * One number of every instance that a study has found. Its values are the tensor `column.NAME` [N] (F32, NaN: no value) of the result,
 * for the instances whose ordinals are its tensor `ordinals` [N] (I32).
 */
export const studyColumn = z.object({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
  title: z.string(),
  unit: z.string(),
  definition: z.string(),
})
export type StudyColumn = z.infer<typeof studyColumn>
