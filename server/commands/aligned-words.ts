/** Word alignments in the columns of a corpus: `sourceTokens` and `targetTokens`, lists of words, and `alignment`, pairs of indices into them. */
import { z } from 'zod'
import { ComputeError } from '#compute/index.ts'
import type { GoldAlignment, Problem } from '#compute/local.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Source } from './source.ts'

const words = z.array(z.string().min(1)).max(10_000)
const index = z.int().min(0)
const columns = z.object({
  sourceTokens: words,
  targetTokens: words,
  alignment: z.array(z.tuple([index, index])).max(1_000_000),
})

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
  const source = local.wordsOfTokens(read.text, sourceTokens, read.tokens)
  const output = local.wordsOfTokens(written.text, targetTokens, written.tokens)
  return source === null || output === null ? 'other text' : { source, output, links }
}

function parse(row: ReadonlyMap<string, unknown>): z.infer<typeof columns> {
  const parsed = columns.safeParse(Object.fromEntries(row))
  if (parsed.success) {
    const { sourceTokens, targetTokens, alignment } = parsed.data
    const isInside = alignment.every(([source, target]) => source < sourceTokens.length && target < targetTokens.length)
    if (isInside) return parsed.data
  }
  throw new ComputeError(
    'bad-input',
    'The column alignment must hold pairs [i, j] of indices into the lists of words sourceTokens and targetTokens',
  )
}
