import type { Weight, Weights } from '#compute/checkpoint/weights.ts'
import { ComputeError } from '#compute/errors.ts'
import { weight } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'

/** The tensors of a checkpoint as values of graphs. */
export interface Tensors {
  /** The tensor under the first of these names that the checkpoint has; its shape must be as the configuration says. */
  read(shape: readonly number[], ...names: readonly string[]): Value
  has(name: string): boolean
}

/** `base` is the prefix of all names, such as `model.`, that some files leave out. Equal tensors are one value. */
export function tensorsOf(weights: Weights, base: string): Tensors {
  const values = new Map<Weight, Value>()
  const find = (name: string): Weight | undefined => weights.tensors.get(name) ?? weights.tensors.get(withoutBase(name))
  const withoutBase = (name: string): string => (name.startsWith(base) ? name.slice(base.length) : name)
  return {
    has: (name) => find(name) !== undefined,
    read: (shape, ...names) => {
      const found = names.map(find).find((candidate) => candidate !== undefined)
      if (found === undefined) {
        throw new ComputeError(
          'bad-checkpoint',
          `The checkpoint lacks the tensor ${names.join(' or ')}, [${shape.join(', ')}]`,
        )
      }
      if (found.shape.length !== shape.length || found.shape.some((dim, i) => dim !== shape[i])) {
        throw new ComputeError(
          'bad-checkpoint',
          `Tensor ${found.name} is [${found.shape.join(', ')}], but config.json asks for [${shape.join(', ')}]`,
        )
      }
      const value = values.get(found) ?? weight(found, shape)
      values.set(found, value)
      return value
    },
  }
}
