import type { GenerationRequest } from '#compute/local.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'

export const generationOptions: OptionSpecs = {
  beams: { value: 'B', help: '1 is greedy search' },
  'max-new-tokens': { value: 'N', help: 'tokens to write at most' },
  'min-new-tokens': { value: 'N', help: 'tokens to write before an end token is allowed' },
  'length-penalty': { value: 'P', help: 'above 0 favours long outputs of beam search' },
  'no-repeat-ngram': { value: 'K', help: 'no sequence of K tokens twice' },
  seed: { value: 'S', help: 'draw tokens at random, repeatably' },
  temperature: { value: 'T', help: 'of random drawing' },
  'top-k': { value: 'K', help: 'draw among the K likeliest; 0 for all' },
  'top-p': { value: 'P', help: 'draw among the likeliest with this share of probability' },
}

/** What was given; the checkpoint's settings decide the rest. */
export function readGeneration(args: Arguments): GenerationRequest {
  const isSampling = ['seed', 'temperature', 'top-k', 'top-p'].some((name) => args.has(name))
  const given = {
    beams: args.whole('beams', 1),
    maxNewTokens: args.whole('max-new-tokens', 1),
    minNewTokens: args.whole('min-new-tokens', 0),
    lengthPenalty: args.number('length-penalty'),
    noRepeatNgram: args.whole('no-repeat-ngram', 0),
    sampling: isSampling
      ? {
          seed: args.whole('seed', 0) ?? 0,
          temperature: args.number('temperature') ?? 1,
          topK: args.whole('top-k', 0) ?? 50,
          topP: args.number('top-p') ?? 1,
        }
      : undefined,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
