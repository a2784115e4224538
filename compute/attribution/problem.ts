import { ComputeError } from '#compute/errors.ts'
import type { Model } from '#compute/models/model.ts'
import type { Target } from '#compute/types.ts'

/** What is explained: the ids a model read, and the output tokens asked about. */
export interface Problem {
  /** Encoder input, or the whole sequence of a decoder-only model. */
  readonly source: readonly number[]
  /** Decoder input of an encoder-decoder model, start token first; null for decoder-only models. */
  readonly prefix: readonly number[] | null
  readonly targets: readonly Target[]
  /** Tokens that belong together (words, sentences): the number of its unit for each token of either side. */
  readonly units?: Units
}

export interface Units {
  readonly source: readonly number[]
  readonly prefix: readonly number[] | null
}

/** Every token of an output becomes a target. The start token is put in front where a model needs one. */
export function outputProblem(model: Model, source: readonly number[], output: readonly number[]): Problem {
  if (output.length === 0)
    throw new ComputeError('bad-input', 'There is no output token to explain; give a target text')
  if (model.kind === 'decoder-only') {
    if (source.length === 0) throw new ComputeError('bad-input', 'The prompt is empty; give at least one token')
    const targets = output.map((id, i) => ({ position: source.length + i - 1, id }))
    return { source: [...source, ...output.slice(0, -1)], prefix: null, targets }
  }
  const { start } = model.special
  if (start === null) {
    throw new ComputeError('bad-checkpoint', 'config.json names no decoder_start_token_id, so no output can be started')
  }
  const targets = output.map((id, position) => ({ position, id }))
  return { source, prefix: [start, ...output.slice(0, -1)], targets }
}

/** One target of several: F is about all of their tokens together, each counted once. */
export function joinTargets(targets: readonly Target[]): Target {
  const all = targets.flatMap(({ position, id, earlier = [] }) => [...earlier, { position, id }])
  const tokens = [...new Map(all.map((token) => [`${token.position} ${token.id}`, token])).values()].toSorted(
    (a, b) => a.position - b.position,
  )
  const last = tokens.pop()
  if (last === undefined) throw new ComputeError('bad-input', 'There are no targets; ask for at least one output token')
  return { ...last, earlier: tokens }
}

/** Fails on ids outside the vocabulary, texts over the length limit, and targets outside the text. */
export function checkProblem(model: Model, { source, prefix, targets }: Problem): void {
  checkIds('input_ids', source, model.vocabulary.source, model.maxTokens)
  if (prefix !== null) checkIds('decoder_input_ids', prefix, model.vocabulary.output, model.maxTokens)
  if ((prefix === null) !== (model.kind === 'decoder-only')) {
    const fault = prefix === null ? 'needs decoder_input_ids too' : 'takes no decoder_input_ids'
    throw new ComputeError('bad-input', `A ${model.kind} model ${fault}`)
  }
  const tokens = (prefix ?? source).length
  if (targets.length === 0)
    throw new ComputeError('bad-input', 'There are no targets; ask for at least one output token')
  for (const { position, id } of targets.flatMap((target) => [...(target.earlier ?? []), target])) {
    if (!Number.isInteger(position) || position < 0 || position >= tokens) {
      throw new ComputeError('bad-input', `Target position ${position} is outside the ${tokens} tokens of the decoder`)
    }
    checkId('target', id, model.vocabulary.output)
  }
}

/** Fails on ids that a model cannot read. */
export function checkIds(name: string, ids: readonly number[], vocabulary: number, most: number | null): void {
  if (ids.length === 0) throw new ComputeError('bad-input', `${name} is empty; give at least one token`)
  if (most !== null && ids.length > most) {
    throw new ComputeError(
      'too-long',
      `${name} has ${ids.length} tokens; this model reads at most ${most}. Shorten the text.`,
    )
  }
  for (const id of ids) checkId(name, id, vocabulary)
}

export function checkId(name: string, id: number, vocabulary: number): void {
  if (!Number.isInteger(id) || id < 0 || id >= vocabulary) {
    throw new ComputeError('bad-input', `${name} holds ${id}, but token ids go from 0 to ${vocabulary - 1}`)
  }
}
