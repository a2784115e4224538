import type { Fields } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'

/**
 * Per layer how far back a token sees, itself included; null where it sees everything. As `layer_types` says, where the
 * configuration has it; else layers from `first` on see through the window, where there is one.
 */
export function attentionWindows(
  config: Fields,
  layers: number,
  window: number | null,
  first: number,
): readonly (number | null)[] {
  const types = layerTypes(config, layers)
  if (types === null) return Array.from({ length: layers }, (_, layer) => (layer >= first ? window : null))
  return types.map((type) => {
    if (type === 'full_attention') return null
    if (window !== null) return window
    throw new ComputeError(
      'bad-checkpoint',
      'config.json: layer_types asks for sliding_attention, but no sliding_window is in use; set one, or full_attention',
    )
  })
}

function layerTypes(config: Fields, layers: number): readonly ('full_attention' | 'sliding_attention')[] | null {
  const value = config.raw('layer_types')
  if (value === null) return null
  if (!Array.isArray(value) || value.length !== layers) {
    throw new ComputeError('bad-checkpoint', `config.json: layer_types must be a list of ${layers} names, one a layer`)
  }
  return value.map((type: unknown) => {
    if (type === 'full_attention' || type === 'sliding_attention') return type
    throw new ComputeError(
      'unsupported',
      `config.json: layer_types holds ${JSON.stringify(type)}; only full_attention and sliding_attention are supported`,
    )
  })
}
