import type { Priority, StudyTask } from '#compute/types.ts'
import { countComplete } from '../db/outputs.ts'
import { countCrash } from '../db/runs.ts'
import {
  type Placed,
  type StudiedInstance,
  listInstances,
  listValues,
  listWritten,
  readStudied,
} from '../db/written.ts'
import { Refusal } from '../errors.ts'
import { spoken } from '../languages.ts'
import type { CorpusStudy } from '../wire/studies.ts'
import type { ActiveRun } from './active.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import type { StudyInput } from './input.ts'
import { storeResult } from './result-file.ts'
import {
  alignedRow,
  comparedRow,
  evaluatedRow,
  groupOf,
  isWritten,
  namedRow,
  promptRow,
  sampleEvenly,
  type WrittenInstance,
} from './study-rows.ts'

/** What a study is computed from. */
interface Gathered {
  readonly task: StudyTask
  /** Instances that are looked at. */
  readonly shown: number
}

/** Computes a study of many texts in one task: all its rows go to compute, and all that was found comes back at its end. */
export async function computeCorpusStudy(
  input: StudyInput,
  study: CorpusStudy,
  active: ActiveRun,
  deps: ComputingDeps,
): Promise<Made> {
  active.report({ stage: 'Reading texts', done: 0, total: 1 })
  const { task, shown } = await gather(input, study, deps)
  const found = await withRetries(
    active,
    () => countCrash(deps.database, active.run.key),
    () =>
      deps.pool.run(task, priorityOf(study), {
        progress: (progress) => active.report(progress),
      }),
  )
  const { all } = await countComplete(deps.database, input.workspace, input.revision)
  const report = { shown, of: all, ...found.report, ...(isOfOther(study) ? { columns: [] } : {}) }
  const notes = { revision: input.revision, study: JSON.stringify(study), report: JSON.stringify(report) }
  return storeResult(found.tensors, notes, deps)
}

/** What is over in a second or two goes before minutes of other work, and its steps are short. */
function priorityOf(study: CorpusStudy): Priority {
  if (study.kind === 'entity-support' || (study.kind === 'evaluation' && study.checkpoint === null))
    return 'interactive'
  return study.kind === 'reconstruction' ? 'waited' : 'background'
}

/** Numbers about what another checkpoint writes are none of the corpus as it is shown. */
const isOfOther = (study: CorpusStudy): boolean => 'checkpoint' in study && study.checkpoint !== null

async function gather(input: StudyInput, study: CorpusStudy, deps: ComputingDeps): Promise<Gathered> {
  if (study.kind === 'entity-support') {
    const instances = await readAll(input, deps)
    const rows = instances.map(namedRow)
    const shown = rows.filter(({ output }) => output !== null).length
    return { task: { kind: 'study', checkpoint: null, study: study.kind, rows }, shown }
  }
  const { folder: checkpoint } = await locateCheckpoint(deps.registry, input)
  const common = { kind: 'study', checkpoint, ...spoken(input.languages) } as const
  if (study.kind === 'evaluation') {
    const isOwn = study.checkpoint === null
    const instances = (await readAll(input, deps)).filter((one) => !isOwn || isWritten(one))
    const rows = instances.map((one) => evaluatedRow(one, study.by, isOwn))
    return { task: { ...common, study: study.kind, rows, metrics: study.metrics }, shown: rows.length }
  }
  if (study.kind === 'demonstrations') {
    const rows = await gatherPrompts(input, study, deps)
    const quadrature = { tolerance: study.tolerance }
    return { task: { ...common, study: study.kind, rows, quadrature }, shown: rows.length }
  }
  const written = await listWritten(deps.database, input.workspace, input.revision)
  const instances = (await read(input, sampleEvenly(written, study.rows), deps)).filter(isWritten)
  return { task: headTask(study, common, instances), shown: instances.length }
}

type HeadStudy = Exclude<CorpusStudy, { kind: 'entity-support' | 'evaluation' | 'demonstrations' }>

/** What all tasks of one checkpoint say. */
type Common = Pick<Extract<StudyTask, { checkpoint: string }>, 'kind' | 'checkpoint' | 'languages'>

/** The task of a study of heads, where it is computed aside. */
function headTask(study: HeadStudy, common: Common, instances: readonly WrittenInstance[]): StudyTask {
  const rows = instances.map(comparedRow)
  switch (study.kind) {
    case 'head-summary': {
      const { tolerance, value } = study
      return { ...common, study: study.kind, rows: instances.map(alignedRow), quadrature: { tolerance }, value }
    }
    case 'ablation-curve': {
      const { kind, tolerance, ...asked } = study
      return { ...common, ...asked, study: kind, rows, quadrature: { tolerance } }
    }
    case 'pruning': {
      const { kind, tolerance, ...asked } = study
      return { ...common, ...asked, study: kind, rows, quadrature: { tolerance } }
    }
    case 'reconstruction': {
      const { kind, ...asked } = study
      return { ...common, ...asked, study: kind, rows }
    }
  }
}

/** Every instance of the corpus. */
async function readAll(input: StudyInput, deps: ComputingDeps): Promise<readonly StudiedInstance[]> {
  return read(input, await listInstances(deps.database, input.workspace), deps)
}

const read = (
  { workspace, revision }: StudyInput,
  placed: readonly Placed[],
  { database }: ComputingDeps,
): Promise<readonly StudiedInstance[]> =>
  readStudied(
    database,
    workspace,
    revision,
    placed.map(({ id }) => id),
  )

async function gatherPrompts(
  input: StudyInput,
  { by, rows: most }: Extract<CorpusStudy, { kind: 'demonstrations' }>,
  deps: ComputingDeps,
) {
  const groups = new Map<string, Placed[]>()
  for (const { value, ...placed } of await listValues(deps.database, input.workspace, by)) {
    const group = groupOf(value)
    if (group !== null) groups.set(group, [...(groups.get(group) ?? []), placed])
  }
  const chosen = [...groups.values()].flatMap((group) => sampleEvenly(group, most))
  const rows = (await read(input, chosen, deps)).flatMap((one) => promptRow(one, by) ?? [])
  if (rows.length > 0) return rows
  throw new Refusal(
    'conflict',
    'no prompt has lines such as "question: … | options: … | answer: …" with a reference answer. Choose another corpus',
  )
}
