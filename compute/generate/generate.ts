import { checkId, checkIds } from '#compute/attribution/problem.ts'
import { readFields } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { generateByBeams } from './beam.ts'
import { openDecoder } from './decoder.ts'
import { generateGreedily } from './greedy.ts'
import { planGeneration } from './plan.ts'
import type { GenerationRequest } from './plan.ts'

/** Ids that were written, without start token and prompt, with the end token where one was reached. */
export type Written = readonly number[]

/**
 * Lets a model write. `source` is the encoder's input, or the prompt. Yields after every step with what stands there so far;
 * returns the output. `begun` are its first tokens, where somebody gives them.
 */
export async function* generate(
  engine: Engine,
  source: readonly number[],
  request: GenerationRequest,
  takes: 'all settings' | 'token ids only',
  begun: readonly number[] = [],
): AsyncGenerator<Written, Written> {
  const { model, checkpoint } = engine
  checkIds('input_ids', source, model.vocabulary.source, model.maxTokens)
  const start = startOf(engine)
  const promptLength = start === null ? source.length : 1
  const plan = planGeneration(model, checkpoint.generation, promptLength, request, takes)
  for (const id of begun) checkId('the beginning of the output', id, model.vocabulary.output)
  if (plan.beams > 1 && begun.length > 0)
    throw new ComputeError('unsupported', 'An output that is begun goes on without beams; use one beam')
  if (promptLength + begun.length > plan.maxLength) {
    throw new ComputeError(
      'too-long',
      `The output begins with ${begun.length} tokens and the limit is ${plan.maxLength - promptLength}. Begin it with fewer`,
    )
  }
  if (promptLength >= plan.maxLength) {
    throw new ComputeError(
      'too-long',
      `The prompt has ${promptLength} tokens and the limit is ${plan.maxLength}, so there is no room to write. Shorten it.`,
    )
  }
  const decoder = openDecoder(engine, source, start, plan.beams > 1 ? 'log-probs' : 'logits')
  const steps = plan.beams > 1 ? generateByBeams(decoder, plan) : generateGreedily(decoder, plan, begun)
  for (;;) {
    const step = await steps.next()
    const written = step.value.slice(promptLength)
    if (step.done) return written
    yield written
  }
}

/** The token that begins an output: of the generation settings, else of the configuration; null for decoder-only models. */
export function startOf({ model, checkpoint }: Engine): number | null {
  if (model.kind === 'decoder-only') return null
  const named = readFields(checkpoint.generation, 'generation_config.json').id('decoder_start_token_id')
  const start = named ?? model.special.start
  if (start === null) {
    throw new ComputeError('bad-checkpoint', 'config.json names no decoder_start_token_id, so no output can be started')
  }
  checkId('decoder_start_token_id', start, model.vocabulary.output)
  return start
}
