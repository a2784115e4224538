import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Tensors } from './tensors.ts'

/** The token tables of both sides and the weight of the head, [vocabulary, width] each; often one and the same. */
export interface Embeddings {
  readonly source: Value
  readonly output: Value
  readonly head: { readonly weight: Value; readonly bias: Value | null }
}

export const headName = 'lm_head.weight'

/** Names of the token tables of an encoder-decoder model behind the prefix `base`: of both sides, and of each. */
export const tableNames = (base: string) => ({
  shared: `${base}shared.weight`,
  encoder: `${base}encoder.embed_tokens.weight`,
  decoder: `${base}decoder.embed_tokens.weight`,
})

/**
 * Tables of a model with one vocabulary. As in transformers 5, a part that the file stores is used as it is stored, also where
 * the configuration calls it tied; what the file leaves out is another name of what it has. A head is left out only where it
 * is tied.
 */
export function readTiedEmbeddings(
  config: Fields,
  tensors: Tensors,
  shape: readonly [vocabulary: number, width: number],
): Embeddings {
  const isTied = config.flag('tie_word_embeddings', true)
  const { shared, encoder, decoder } = tableNames('model.')
  const tied = isTied ? [headName] : []
  return {
    source: tensors.read(shape, encoder, shared, ...tied, decoder),
    output: tensors.read(shape, decoder, shared, ...tied, encoder),
    head: {
      weight: tensors.read(shape, headName, ...(isTied ? [shared, decoder, encoder] : [])),
      bias: readLogitsBias(tensors, shape[0]),
    },
  }
}

/**
 * Table and head, [vocabulary, width] each, of a decoder-only model, under the same rule: both as they are stored, and where they
 * are tied either takes the place of the other.
 */
export function readTiedHead(
  tensors: Tensors,
  shape: readonly [vocabulary: number, width: number],
  names: { readonly table: string; readonly heads: readonly string[] },
  isTied: boolean,
): { readonly table: Value; readonly head: Value } {
  const { table, heads } = names
  return {
    table: tensors.read(shape, table, ...(isTied ? heads : [])),
    head: tensors.read(shape, ...heads, ...(isTied ? [table] : [])),
  }
}

/** Added to the logits where the checkpoint has it, [1, vocabulary]. */
export function readLogitsBias(tensors: Tensors, vocabulary: number): Value | null {
  const name = 'final_logits_bias'
  return tensors.has(name) ? tensors.read([1, vocabulary], name) : null
}
