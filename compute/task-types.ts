/** Work for compute processes; told to everybody by `types.ts`. Types only. */
import type {
  AblatedObjective,
  AttentionAttribution,
  AttentionFlow,
  AttentionOptions,
  AttentionWeights,
  Faithfulness,
  FaithfulnessOptions,
  HeadAblationOptions,
  HeadLook,
  InteractionOptions,
  Interactions,
  MeasuredHeads,
  NamedLens,
  PartialImportance,
  PartialInteractions,
  PartialLayerAttribution,
  TargetImportance,
} from './analysis-types.ts'
import type { LayerPart, ProjectTask, ProjectedLayers } from './projection/types.ts'
import type { Spoken, StudyResult, StudyTask } from './study-types.ts'
import type {
  AttentionPlace,
  Attribution,
  AttributionOptions,
  CheckpointSummary,
  Device,
  GenerationOptions,
  Head,
  ModelOutput,
  PartialAttribution,
  PartialOutputs,
  Progress,
  TokenizedText,
} from './types.ts'

/** Work for a compute process. */
export type Task = CheckpointTask | ProjectTask | Extract<StudyTask, { checkpoint: null }>

/** An output that somebody gives, or begins: a text, or ids of the first tokens after which the model goes on greedily. */
export type OutputTarget =
  { readonly kind: 'force'; readonly text: string } | { readonly kind: 'continue'; readonly begun: readonly number[] }

/** Work on a checkpoint, which is a folder. */
export type CheckpointTask =
  | { readonly kind: 'inspect'; readonly checkpoint: string }
  /** Opens a checkpoint and compiles what the first question about it will need. */
  | { readonly kind: 'prepare'; readonly checkpoint: string }
  | Extract<StudyTask, { checkpoint: string }>
  | (TextTask & Spoken)

/** Work on one text, or on several. */
type TextTask =
  | {
      readonly kind: 'tokenize'
      readonly checkpoint: string
      readonly text: string
    }
  | {
      readonly kind: 'respond'
      readonly checkpoint: string
      readonly text: string
      /** null: greedy, with the limits of the checkpoint's generation_config.json. */
      readonly generation: GenerationOptions | null
      /** What is written, where it is not up to the model alone. */
      readonly target?: OutputTarget
      readonly alternatives: number
      readonly states: boolean
    }
  /** The same for many texts, written together where the settings allow it; every answer is told as soon as it is there. */
  | {
      readonly kind: 'respond-many'
      readonly checkpoint: string
      readonly texts: readonly string[]
      readonly generation: GenerationOptions | null
      readonly alternatives: number
      readonly states: boolean
    }
  | {
      readonly kind: 'attribute'
      readonly checkpoint: string
      readonly source: readonly number[]
      /** Every token of it becomes a target. */
      readonly output: readonly number[]
      readonly options: AttributionOptions
      /** Index of the output token somebody is waiting for. */
      readonly focus: number | null
      /** Targets that an earlier attempt finished: they are not computed again. */
      readonly finished: PartialAttribution | null
    }
  /** Attention attribution; every token of `output` becomes a target. */
  | {
      readonly kind: 'attend'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly options: AttentionOptions
      readonly focus: number | null
      /** The only output token that is a target, where not all are. */
      readonly only?: number
      /** Layers, kinds and targets that an earlier attempt finished. */
      readonly finished: readonly PartialLayerAttribution[]
    }
  /** F of every token of `output` without these heads together. */
  | {
      readonly kind: 'ablate'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly heads: readonly Head[]
      readonly options: HeadAblationOptions
    }
  /** The same without each head by itself. */
  | {
      readonly kind: 'head-effects'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly options: HeadAblationOptions
    }
  /** Attention weights of one layer, for a source and what was written for it. */
  | {
      readonly kind: 'weights'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly place: AttentionPlace
    }
  /** Where every head looks, and what it may do. */
  | {
      readonly kind: 'head-measures'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
    }
  /** What every head's attention did for each token of `output`. */
  | {
      readonly kind: 'head-importance'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly by: 'attribution' | 'gradient'
      readonly options: Omit<AttentionOptions, 'kinds'>
    }
  /** Rollout, and the mean of all weights, for every token of `output`. */
  | {
      readonly kind: 'flow'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
    }
  /** What the model writes without these heads together, greedily. */
  | {
      readonly kind: 'write-without'
      readonly checkpoint: string
      readonly source: readonly number[]
      /** What it wrote with them: a mean is taken over both texts. */
      readonly output: readonly number[]
      readonly heads: readonly Head[]
      readonly value: HeadAblationOptions['value']
      readonly alternatives: number
    }
  /** How pairs of tokens act together on every token of `output`. */
  | {
      readonly kind: 'interact'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      readonly options: InteractionOptions
      readonly focus: number | null
      /** The only output token that is a target, where not all are. */
      readonly only?: number
    }
  /** What every layer would write in place of each token of `output`. */
  | {
      readonly kind: 'lens'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      /** How many tokens of each layer. */
      readonly count: number
    }
  /** Whether scores say what the model relied on. */
  | {
      readonly kind: 'judge'
      readonly checkpoint: string
      readonly source: readonly number[]
      readonly output: readonly number[]
      /** For every token of `output`: one score per token of source and prefix. */
      readonly scores: readonly Float32Array[]
      /** What stands for no token, and what F is. */
      readonly options: Omit<AttributionOptions, 'method' | 'quadrature'>
      readonly test: FaithfulnessOptions
    }

export interface TaskResults {
  readonly inspect: CheckpointSummary
  readonly prepare: null
  readonly tokenize: TokenizedText
  readonly respond: ModelOutput
  /** Everything was told before. */
  readonly 'respond-many': null
  readonly attribute: Attribution
  readonly attend: AttentionAttribution
  readonly ablate: AblatedObjective
  readonly 'head-effects': MeasuredHeads
  readonly weights: AttentionWeights
  readonly 'head-measures': HeadLook
  readonly 'head-importance': TargetImportance
  readonly flow: Omit<AttentionFlow, 'weights'>
  readonly 'write-without': Omit<ModelOutput, 'source' | 'states'>
  /** The layouts were told before. */
  readonly project: ProjectedLayers
  readonly study: StudyResult
  readonly interact: Interactions
  readonly lens: NamedLens
  readonly judge: Faithfulness
}

/** What is told of a task before its end; kinds that do not stand here tell their progress alone. */
export interface TaskPartials {
  readonly 'respond-many': PartialOutputs
  readonly attribute: PartialAttribution
  readonly attend: PartialLayerAttribution
  readonly 'head-importance': PartialImportance
  /** Every layer at first and at last, and some ten times a second while its points move. */
  readonly project: LayerPart
  readonly interact: PartialInteractions
}

export type TaskPartial = TaskPartials[keyof TaskPartials]

/** A task under way. */
export interface RunningTask<Result> {
  readonly result: Promise<Result>
  /** Moves the output token somebody waits for to the front. */
  focus(target: number): void
  /** Takes effect at the end of the run in flight, else by ending the process; `result` rejects with kind `cancelled`. */
  cancel(): void
}

export interface TaskListener<Partial = TaskPartial> {
  progress?(progress: Progress): void
  partial?(partial: Partial): void
}

/** Who waits for a task: somebody who has clicked, somebody who watches it grow, or nobody. */
export type Priority = 'interactive' | 'waited' | 'background'

/** Compute processes. Between two steps, interactive tasks overtake all others, and waited ones those in the background. */
export interface ComputePool {
  readonly device: { readonly name: Device; readonly reason: string }
  /** How many there are: so many tasks are computed at the same time, others take turns. */
  readonly processes: number
  run<K extends Task['kind']>(
    task: Extract<Task, { kind: K }>,
    priority: Priority,
    listener?: TaskListener<K extends keyof TaskPartials ? TaskPartials[K] : never>,
  ): RunningTask<TaskResults[K]>
  close(): Promise<void>
}
