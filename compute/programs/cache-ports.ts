/** Keys and values of a decoder as inputs and outputs of a program: `<prefix>.{l}.keys` and `.values`. */
import { input } from '#compute/graph/node.ts'
import type { Dim, Size, Value } from '#compute/graph/value.ts'
import type { Cache, Model } from '#compute/models/model.ts'

export type Named = readonly { readonly name: string; readonly value: Value }[]

export const nameCaches = (prefix: string, caches: readonly Cache[]): Named =>
  caches.flatMap(({ keys, values }, l) => [
    { name: `${prefix}.${l}.keys`, value: keys },
    { name: `${prefix}.${l}.values`, value: values },
  ])

export const cacheShape = ({ cache }: Model, batch: Dim, length: Size): readonly Dim[] => [
  batch,
  cache.heads,
  length,
  cache.width,
]

export function cacheInputs(model: Model, prefix: string, batch: Dim, length: Size): readonly Cache[] {
  const shape = cacheShape(model, batch, length)
  return Array.from({ length: model.layers.decoder }, (_, l) => ({
    keys: input(`${prefix}.${l}.keys`, 'float32', shape),
    values: input(`${prefix}.${l}.values`, 'float32', shape),
  }))
}

export const listCaches = (caches: readonly Cache[]): readonly Value[] =>
  caches.flatMap(({ keys, values }) => [keys, values])

/** Keys and values in the order of `listCaches`, as caches again. */
export const pairUp = (values: readonly Value[]): readonly Cache[] =>
  Array.from({ length: values.length / 2 }, (_, l) => ({ keys: values[2 * l]!, values: values[2 * l + 1]! }))
