import { createHash } from 'node:crypto'
import type { AttributionOptions, Languages, OutputTarget } from '#compute/types.ts'
import { spoken } from '../languages.ts'
import type { FullQuestion } from '../wire/analyses.ts'
import type { RunKind } from '../wire/runs.ts'
import type { Study } from '../wire/studies.ts'

/** What a run computes from; stored with it, so that any process can compute it. */
export type RunInput = AttributionInput | AnalysisInput | StudyInput | OutputInput | CorpusInput

interface FromCheckpoint {
  /** Id of a registered checkpoint, and the revision of its files that was asked for. */
  readonly checkpoint: string
  readonly revision: string
  /** Those of a multilingual translator, where they are said: the target decides how outputs begin. */
  readonly languages?: Languages | null
}

export interface AttributionInput extends FromCheckpoint {
  readonly kind: 'attribution'
  readonly source: readonly number[]
  readonly output: readonly number[]
  readonly options: AttributionOptions
  /** Output token that the first person asked for; no part of the key. */
  readonly focus: number | null
}

/** A question about one instance. */
export interface AnalysisInput extends FromCheckpoint {
  readonly kind: 'analysis'
  readonly source: readonly number[]
  readonly output: readonly number[]
  readonly languages: Languages | null
  readonly question: FullQuestion
}

/** A question about the corpus of a workspace, or about several of its instances. */
export interface StudyInput extends FromCheckpoint {
  readonly kind: 'study'
  readonly workspace: string
  readonly study: Study
  /**
   * The files of hidden states it reads, and how many instances of the corpus (else of those it names) have theirs in each: with more
   * of them it is another study. One of texts has the hash of all texts and outputs here.
   */
  readonly states: readonly (readonly [hash: string, instances: number])[]
}

export interface OutputInput extends FromCheckpoint {
  readonly kind: 'output'
  readonly text: string
  /** For a text of somebody's own, which gets an output of its own; the rows of a corpus with this text share theirs. */
  readonly derived?: DerivedWriting
}

/** How the output of a text of somebody's own is written. */
export interface DerivedWriting {
  /** Id of the instance. */
  readonly instance: string
  /** null: up to the model. */
  readonly target: OutputTarget | null
  readonly languages: Languages | null
}

/** Every output of a workspace that is missing, with hidden states. */
export interface CorpusInput extends FromCheckpoint {
  readonly kind: 'corpus'
  readonly workspace: string
}

/** How outputs are written, in words: shown beside them and part of their keys. */
export const DECODING = 'greedy'

/** The key of a run: the same for requests whose numbers must be the same. */
export function keyOf(input: RunInput, engine: string): string {
  return createHash('sha256')
    .update(canonical([engine, decides(input)]))
    .digest('hex')
}

/** The parts of an input that decide the numbers. The id of a checkpoint does not: its revision is a hash of its files. */
function decides(input: RunInput): Record<string, unknown> {
  const { kind, revision } = input
  const told = spoken(input.languages)
  switch (kind) {
    case 'attribution':
      return { kind, revision, source: input.source, output: input.output, options: input.options, ...told }
    case 'analysis': {
      const { source, output, languages, question } = input
      return { kind, revision, source, output, languages, question }
    }
    case 'study':
      return { kind, revision, workspace: input.workspace, study: input.study, states: input.states, ...told }
    case 'output':
      return {
        kind,
        revision,
        text: input.text,
        decoding: DECODING,
        ...told,
        ...(input.derived === undefined ? {} : { derived: input.derived }),
      }
    case 'corpus':
      return { kind, revision, workspace: input.workspace, decoding: DECODING, ...told }
  }
}

/** JSON with sorted names, so that equal values give equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  )
}

/** Runs of one queue wait for each other alone. */
export const queues = ['interactive', 'study', 'corpus'] as const
export type Queue = (typeof queues)[number]

export const queueOf = (kind: RunKind): Queue => (kind === 'corpus' || kind === 'study' ? kind : 'interactive')
