/** Computing in this process, for the command line: loads the runtime. */
export { ablatedEngine } from './ablation/ablated-engine.ts'
export { openNamedAblation } from './ablation/ablation.ts'
export { measureCurves, orderByImportance, randomOrder, removalSteps, type HeadOrder } from './ablation/curve.ts'
export { openCurveSummary } from './ablation/curve-summary.ts'
export { headEffects } from './ablation/effects.ts'
export { keyOfHeads, makeHeadMeans, nameOfHead, type HeadValues } from './ablation/heads.ts'
export { headImportance, type ImportanceMeasure } from './ablation/importance.ts'
export { alignTokens, type GoldAlignment } from './ablation/gold-alignment.ts'
export { makeHeadRoles, separatorsOf, type RoleTallies } from './ablation/head-roles.ts'
export { attentionAttribution } from './attribution/attention-attribution.ts'
export { attentionFlow } from './attribution/attention-flow.ts'
export { openAttentionPath } from './attribution/attention-path.ts'
export { attribute } from './attribution/attribute.ts'
export { interact } from './attribution/interact.ts'
export { logitLens } from './attribution/logit-lens.ts'
export { openMasking } from './attribution/masking.ts'
export { openPath } from './attribution/path.ts'
export { groupedMeaning, joinUnits, sumUnitPairs, sumUnits } from './attribution/unit-sums.ts'
export { joinTargets, outputProblem, type Problem, type Units } from './attribution/problem.ts'
export { usualBootstrap, type Estimate } from './evaluation/bootstrap.ts'
export { openEntityFinder, type EntityFinder } from './evaluation/entities.ts'
export {
  judgeEntities,
  measureEntities,
  rankEntities,
  type EntityCase,
  type JudgedEntity,
} from './evaluation/output-entities.ts'
export { openLexiconBuilder } from './evaluation/entity-lexicon.ts'
export { faithfulness } from './evaluation/faithfulness.ts'
export {
  measureText,
  meanMeasure,
  metricSignatures,
  scoreRow,
  textMetrics,
  type Measure,
  type TextMetric,
} from './evaluation/measures.ts'
export { openTally, type Tally } from './evaluation/tally.ts'
export { kendallTauB, spearman } from './evaluation/rank-correlation.ts'
export { generate } from './generate/generate.ts'
export type { GenerationRequest } from './generate/plan.ts'
export { writeTogether } from './generate/together.ts'
export { teacherForce } from './generate/teacher-force.ts'
export { fetchCheckpoint, type HubListener } from './hub/download.ts'
export { parseRepository } from './hub/repository.ts'
export { usualPatience, type HubSettings } from './hub/settings.ts'
export { countDuplicates } from './projection/points.ts'
export { fitted, project, type NamedStates, type ProjectionInput } from './projection/project.ts'
export { meanOfMeasure } from './projection/reliability.ts'
export { measureRate } from './runtime/benchmark.ts'
export { chooseDevice, probeDevice, probeDevices, type DeviceReport } from './runtime/devices.ts'
export { baselineAdvice, zeroCaution, type BaselineAdvice } from './tasks/baseline-advice.ts'
export { inspectCheckpoint } from './tasks/inspect.ts'
export { readChatTemplate } from './chat/chat-template.ts'
export { converse } from './tasks/converse.ts'
export { encodeOutput, requireTarget, withLanguages } from './tasks/language.ts'
export { groupNumbers, groupTokens } from './tokenize/grouping.ts'
export { openFolder, unknownIdOf, type Opened } from './tasks/opened.ts'
export { lastOf } from './steps.ts'
export { forward, tapsOf } from './tasks/forward.ts'
export { estimateMemory, type MemoryEstimate } from './tasks/memory.ts'
