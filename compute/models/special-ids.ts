import type { Fields } from '#compute/checkpoint/fields.ts'
import type { SpecialIds } from './model.ts'

/** Special tokens that every kind of model may have; what starts an output is for encoder-decoder models to say. */
export type CommonIds = Omit<SpecialIds, 'start'>

/** Special token ids of a configuration; `otherwise` for those it does not name. */
export function readSpecialIds(config: Fields, otherwise: CommonIds): CommonIds {
  const end = config.ids('eos_token_id')
  return {
    pad: config.id('pad_token_id') ?? otherwise.pad,
    bos: config.id('bos_token_id') ?? otherwise.bos,
    end: end.length === 0 ? otherwise.end : end,
  }
}
