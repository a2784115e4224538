import type { Languages } from '#compute/types.ts'
import type { Registry } from './checkpoints/registry.ts'
import { readCorpus } from './db/instances.ts'
import type { Database } from './db/database.ts'
import { hashStudied } from './db/written.ts'
import { Refusal } from './errors.ts'
import { carryLanguages, chooseLanguages } from './languages.ts'
import type { StudyInput } from './jobs/input.ts'
import type { CorpusStudy } from './wire/studies.ts'

/** Of a checkpoint as it is now. */
export interface Version {
  readonly checkpoint: string
  readonly revision: string
  /** Those of the workspace, as far as this checkpoint has them. */
  readonly languages: Languages | null
}

export interface AskingDeps {
  readonly database: Database
  readonly registry: Registry
}

/** What a study of texts is computed from. Refuses what no run could compute. */
export async function askCorpusStudy(
  study: CorpusStudy,
  workspace: string,
  own: Version,
  { database, registry }: AskingDeps,
): Promise<Pick<StudyInput, 'study' | 'states'> & Version> {
  const corpus = await readCorpus(database, workspace)
  const columns = new Set(corpus?.columns.map(({ name }) => name))
  checkColumns(study, columns)
  const other = 'checkpoint' in study ? study.checkpoint : null
  const { hash, outputs, references } = await hashStudied(database, workspace, own.revision)
  const needed = neededOutputs(study)
  if (outputs < needed) {
    throw new Refusal(
      'conflict',
      `${outputs} outputs are written so far, and this study needs ${needed}. Wait for them, or start writing all outputs`,
    )
  }
  if (comparesTexts(study) && references === 0) {
    throw new Refusal('conflict', 'this corpus has no references to compare outputs with. Choose another corpus', {
      field: 'study.kind',
    })
  }
  const version = other === null ? own : await readVersion(other, own.languages, registry)
  return { study, ...version, states: [[hash, outputs]] }
}

/** Outputs of the workspace's checkpoint that there must be. */
function neededOutputs(study: CorpusStudy): number {
  if (study.kind === 'demonstrations') return 0
  if (study.kind === 'evaluation') return study.checkpoint === null ? 1 : 0
  return study.kind === 'entity-support' ? 1 : 2
}

function comparesTexts(study: CorpusStudy): boolean {
  if (study.kind === 'ablation-curve') return study.metric !== null
  return study.kind === 'evaluation' || study.kind === 'pruning' || study.kind === 'demonstrations'
}

function checkColumns(study: CorpusStudy, columns: ReadonlySet<string>): void {
  if (study.kind === 'entity-support' && !columns.has('sourceEntities')) {
    throw new Refusal(
      'conflict',
      'this corpus does not say which names its texts hold: it has no column "sourceEntities" with lists of {"type": …, "text": …}',
    )
  }
  if (study.kind === 'ablation-curve' && study.rankings.length === 0 && study.controls === 0) {
    throw new Refusal('bad-request', 'there is no order to switch heads off in. Take a ranking, or one random order', {
      field: 'study.rankings',
    })
  }
  const by = 'by' in study ? study.by : null
  if (by === null || columns.has(by)) return
  throw new Refusal(
    'bad-request',
    `there is no column "${by}"; known are ${columns.size === 0 ? 'none' : [...columns].join(', ')}`,
    { field: 'study.by' },
  )
}

async function readVersion(checkpoint: string, usual: Languages | null, registry: Registry): Promise<Version> {
  const summary = (await registry.find(checkpoint))?.reply.summary
  if (summary) {
    const languages = chooseLanguages(carryLanguages(usual, summary), summary)
    return { checkpoint, revision: summary.revision, languages }
  }
  throw new Refusal('not-found', `there is no checkpoint "${checkpoint}" that can be opened. Choose another one`, {
    field: 'study.checkpoint',
  })
}
