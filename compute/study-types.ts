/** Questions about a corpus that take many texts to answer; told to everybody by `types.ts`. Types only. */
import type { HeadAblationOptions, HeadRole } from './analysis-types.ts'
import type { AttentionKind, Languages, Objective, Quadrature, TokenizedText } from './types.ts'

/** A text and what a model wrote for it, as ids. */
export interface StudyRow {
  /** Number of the row in its corpus: what bootstrap intervals draw by. */
  readonly row: number
  readonly source: readonly number[]
  readonly output: readonly number[]
}

/** The same where texts are compared. */
export interface ComparedRow extends StudyRow {
  readonly reference: string | null
}

/** Words of a source and of its reference, and which belong together: people's word alignment. */
export interface WordAlignment {
  readonly sourceWords: readonly string[]
  readonly outputWords: readonly string[]
  readonly links: readonly (readonly [source: number, output: number])[]
}

/** A row whose words were aligned, with the texts that these are words of. */
export interface AlignedRow extends StudyRow {
  readonly alignment:
    | (WordAlignment & {
        readonly text: string
        readonly tokens: TokenizedText
        readonly written: string
        readonly writtenTokens: TokenizedText
      })
    | null
}

/** What heads are ranked by: attention attribution, gradient, attention mass (confidence), or by chance. */
export type HeadRanking = 'attribution' | 'gradient' | 'attention' | 'random'

/** Metrics of written texts that a curve may follow. */
export type CurveMetric = 'bleu' | 'chrf' | 'rouge-l' | 'exact'

/** Work in which languages count. */
export interface Spoken {
  /** Those of a multilingual translator. Work on ids needs them too: the decoder of some models starts with the target. */
  readonly languages?: Languages
}

interface FromCheckpoint extends Spoken {
  readonly kind: 'study'
  readonly checkpoint: string
}

/** Means and spreads over rows of everything that is measured of a head. */
export interface HeadSummaryTask extends FromCheckpoint {
  readonly study: 'head-summary'
  readonly rows: readonly AlignedRow[]
  readonly quadrature: Quadrature
  readonly value: HeadAblationOptions['value']
}

/** F, and what is written, as more and more heads are switched off. */
export interface AblationCurveTask extends FromCheckpoint {
  readonly study: 'ablation-curve'
  readonly rows: readonly ComparedRow[]
  readonly rankings: readonly Exclude<HeadRanking, 'random'>[]
  readonly quadrature: Quadrature
  readonly steps: number
  readonly value: HeadAblationOptions['value']
  readonly objective: Objective
  readonly metric: CurveMetric | null
  readonly controls: number
  readonly seed: number
}

/** What is written without the k least important heads of each kind, beside k random ones. */
export interface PruningTask extends FromCheckpoint {
  readonly study: 'pruning'
  readonly rows: readonly ComparedRow[]
  /** Rows of these that heads are ranked on, the first ones. */
  readonly rankedOn: number
  readonly ranking: Exclude<HeadRanking, 'random'>
  readonly quadrature: Quadrature
  /** From none to all heads of a kind in so many equal steps. */
  readonly steps: number
  readonly controls: number
  readonly seed: number
  readonly metric: CurveMetric
}

/** How much of a head's output the other heads of its layer hold already. */
export interface ReconstructionTask extends FromCheckpoint {
  readonly study: 'reconstruction'
  readonly rows: readonly StudyRow[]
  /** Tokens sampled of each text and side, at most. */
  readonly tokens: number
  /** Ridge penalty, as a share of the mean variance of the predictors. */
  readonly ridge: number
  readonly seed: number
}

/** A prompt with its answer, and which of its characters belong to what. */
export interface PromptRow {
  readonly row: number
  readonly prompt: string
  readonly answer: string
  readonly condition: string
  readonly segments: readonly Segment[]
}

/** The parts of a prompt that scores are added up over. */
export type SegmentName =
  'demonstration-question' | 'demonstration-options' | 'demonstration-label' | 'question' | 'options'

/** Characters of a prompt, end exclusive. */
export interface Segment {
  readonly name: SegmentName
  readonly start: number
  readonly end: number
}

/** What the log-prob of an answer draws on, segment by segment, under each condition. */
export interface DemonstrationsTask extends FromCheckpoint {
  readonly study: 'demonstrations'
  readonly rows: readonly PromptRow[]
  readonly quadrature: Quadrature
}

/** A text whose output is compared with its reference. */
export interface EvaluatedRow {
  readonly row: number
  readonly source: string
  readonly reference: string | null
  /** What is there already; null has the model write. */
  readonly output: string | null
  /** Value of the column that groups are made by. */
  readonly group: string | null
}

export type EvaluationMetric = 'bleu' | 'chrf' | 'rouge' | 'exact' | 'answer'

/** How good outputs are, in all, by group, and one by one. */
export interface EvaluationTask extends FromCheckpoint {
  readonly study: 'evaluation'
  readonly rows: readonly EvaluatedRow[]
  readonly metrics: readonly EvaluationMetric[]
}

/** A named thing as a corpus annotates it. */
export interface AnnotatedEntity {
  readonly type: string
  readonly text: string
  /** Of a reference: whether its source has the same thing. */
  readonly supported?: boolean | undefined
}

/** A text and its output, with the names that the corpus is annotated with. */
export interface NamedRow {
  readonly row: number
  readonly source: string
  readonly sourceEntities: readonly AnnotatedEntity[]
  readonly referenceEntities: readonly AnnotatedEntity[]
  /** null where nothing is written yet: the names are learned from all the same. */
  readonly output: ScoredOutput | null
}

/** What a model wrote: its text, and for each token where it stands and what the model thought of it, in nats. */
export interface ScoredOutput {
  readonly text: string
  readonly offsets: readonly (readonly [start: number, end: number])[]
  readonly steps: readonly { readonly logProb: number; readonly entropy: number }[]
}

/** Which names of outputs their sources support, and whether the model's doubt tells. Needs no checkpoint. */
export interface EntitySupportTask {
  readonly kind: 'study'
  readonly checkpoint: null
  readonly study: 'entity-support'
  readonly rows: readonly NamedRow[]
}

export type StudyTask =
  | HeadSummaryTask
  | AblationCurveTask
  | PruningTask
  | ReconstructionTask
  | DemonstrationsTask
  | EvaluationTask
  | EntitySupportTask

export interface StudyTensor {
  readonly dtype: 'F32' | 'I32' | 'U8'
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array | Uint8Array
}

/** What a study found: tensors by name, and all else as a document; `docs/reading-results.md` lists both. */
export interface StudyResult {
  readonly tensors: Readonly<Record<string, StudyTensor>>
  readonly report: Readonly<Record<string, unknown>>
}

/** A role of a head with its definition, for those who read the scores. */
export interface RoleDefinition {
  readonly role: HeadRole
  readonly kinds: readonly AttentionKind[]
  readonly definition: string
}

/** One number per head of a kind. */
export interface HeadMatrix {
  readonly kind: AttentionKind
  readonly shape: readonly [layers: number, heads: number]
  readonly values: Float32Array
}

/** A number that a study found for rows of a corpus: tensor `column.{name}`, for the rows of tensor `ordinals`; NaN where there is none. */
export interface ComputedColumn {
  readonly name: string
  readonly title: string
  /** `nats`; empty where the number is a count, a share or a score. */
  readonly unit: string
  readonly definition: string
}
