import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exampleCheckpoints } from './checkpoints/examples.ts'
import type { Registry } from './checkpoints/registry.ts'
import { type FieldNames, parseCorpus } from './corpus/rows.ts'
import { wasMade } from './db/audit.ts'
import { printable } from './text.ts'
import { type MakingDeps, makeWorkspace } from './workspaces/make.ts'

interface Example {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly corpus: string
  readonly fields: FieldNames
  /** Columns to filter by although they are the reference. */
  readonly keep: readonly string[]
}

const examples: readonly Example[] = [
  {
    id: 'newsroom',
    name: 'Newsroom',
    description: 'Which names and jobs in a summary are not in its article, and does the model’s doubt give them away?',
    corpus: 'newsroom, test split',
    fields: {},
    keep: [],
  },
  {
    id: 'phrasebook',
    name: 'Phrasebook',
    description:
      'Which English words does a German word come from, and what happens where the order of the two differs?',
    corpus: 'phrasebook, test split',
    fields: { reference: 'target' },
    keep: [],
  },
  {
    id: 'quiz',
    name: 'Quiz',
    description:
      'What does the model take from the demonstrations before a question, and what when their answers are wrong?',
    corpus: 'quiz, test split',
    fields: { source: 'prompt', reference: 'answer' },
    keep: ['answer'],
  },
]

export interface ExampleDeps extends MakingDeps {
  /** The folder `examples` of the installation. */
  readonly folder: string
  log(line: string): void
}

/**
 * Registers the checkpoints of the examples, at every start: the installation may have moved. Inspecting them needs no database,
 * so it is done while that opens.
 */
export async function registerExamples(folder: string, registry: Registry, log: (line: string) => void): Promise<void> {
  for (const id of exampleCheckpoints) {
    const checkpoint = join(folder, 'checkpoints', id)
    if (!existsSync(checkpoint)) continue
    await registry.register(checkpoint, { id }).catch((error: unknown) => {
      log(`example checkpoint ${id}: ${printable(error instanceof Error ? error.message : String(error))}`)
    })
  }
}

/** Makes the example workspaces that were never made here: one that was deleted stays deleted. */
export async function makeExamples(deps: ExampleDeps): Promise<void> {
  for (const example of examples) {
    const file = join(deps.folder, 'data', `${example.id}.test.jsonl`)
    if (!existsSync(file) || (await wasMade(deps.database, example.id))) continue
    const { id, name, description, corpus: corpusName } = example
    const corpus = await parseCorpus(await readFile(file, 'utf8'), example.fields, example.keep)
    const made = {
      id,
      name,
      description,
      corpusName,
      corpus,
      checkpoint: id,
      languages: null,
      example: true,
      openRole: 'editor',
    }
    await makeWorkspace({ ...made, outputs: [], derived: [], documents: new Map(), owner: null }, deps)
    deps.log(`example workspace ${id}: ${corpus.rows.length} instances`)
  }
}
