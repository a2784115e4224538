/** What transformers wrote for the golden checkpoints, and the same request to us. */
import { generate } from '#compute/generate/generate.ts'
import type { GenerationRequest } from '#compute/generate/plan.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from './generators.ts'
import { fixture, readJson } from './golden.ts'

export interface GoldenGeneration {
  readonly arguments: Readonly<Record<string, number>>
  readonly ids: readonly number[]
}

/** By kind of search. */
export const goldenGenerations = (name: string): Readonly<Record<string, GoldenGeneration>> =>
  (readJson(fixture(`${name}/golden.json`)) as { readonly generate: Readonly<Record<string, GoldenGeneration>> })
    .generate

function requestOf(settings: Readonly<Record<string, number>>): GenerationRequest {
  const names: Readonly<Record<string, string>> = {
    num_beams: 'beams',
    max_new_tokens: 'maxNewTokens',
    min_new_tokens: 'minNewTokens',
    length_penalty: 'lengthPenalty',
    no_repeat_ngram_size: 'noRepeatNgram',
  }
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [names[name], value]))
}

/** What transformers returns: the start token or the prompt, then the output. */
export async function generateWhole(
  engine: Engine,
  source: readonly number[],
  settings: GoldenGeneration['arguments'],
): Promise<readonly number[]> {
  const written = await drain(generate(engine, source, requestOf(settings), 'token ids only'))
  return engine.model.kind === 'decoder-only' ? [...source, ...written] : [engine.model.special.start!, ...written]
}
