/** Word alignments in the columns of a corpus: `sourceTokens` and `targetTokens`, lists of words, and `alignment`, pairs of indices into them. */
import type { z } from 'zod'
import { ComputeError } from '#compute/index.ts'
import type { GoldAlignment, Problem } from '#compute/local.ts'
import { wordAlignment } from '../corpus/annotations.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Source } from './source.ts'

/**
 * The alignment of a row with the tokens that were read and written; `other text` where these are not the aligned words, null where the
 * row has no alignment or the model no cross attention.
 */
export function readAlignment(
  { local }: OpenCheckpoint,
  { tokenizer, read, row }: Source,
  { prefix, targets }: Problem,
): GoldAlignment | 'other text' | null {
  if (row?.get('alignment') === undefined || prefix === null || tokenizer === null || read === null) return null
  const { sourceTokens, targetTokens, alignment: links } = parse(row)
  const written = tokenizer.describe(targets.map(({ id }) => id))
  return local.alignTokens({ words: sourceTokens, ...read }, { words: targetTokens, ...written }, links) ?? 'other text'
}

function parse(row: ReadonlyMap<string, unknown>): z.infer<typeof wordAlignment> {
  const parsed = wordAlignment.safeParse(Object.fromEntries(row))
  if (parsed.success) return parsed.data
  throw new ComputeError(
    'bad-input',
    'The column alignment must hold pairs [i, j] of indices into the lists of words sourceTokens and targetTokens',
  )
}
