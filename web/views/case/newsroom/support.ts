/** What the figures of the newsroom read out of its one study. Pure. */
import type { EntitySupportReport } from '#server/wire/case-studies.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { Found } from '../answer.ts'

export type Support = Found<EntitySupportReport>

const numbers = (tensors: ReadonlyMap<string, Tensor>, name: string): readonly number[] => [
  ...(tensors.get(name)?.data ?? []),
]

/** Entropies at the first tokens of names, of those that sources have or lack. */
export function entropiesOf({ tensors }: Support, supported: boolean): readonly number[] {
  const flags = numbers(tensors, 'names.supported')
  return numbers(tensors, 'names.entropy').filter((_, i) => (flags[i] === 1) === supported)
}

export interface TypeCount {
  readonly type: string
  readonly supported: number
  readonly invented: number
}

/** How many names of each type there are, those with the most invented ones first. */
export function countTypes({ report, tensors }: Support): readonly TypeCount[] {
  const [types, flags] = [numbers(tensors, 'names.type'), numbers(tensors, 'names.supported')]
  const counts = report.types.map((type, t) => {
    const own = flags.filter((_, i) => types[i] === t)
    const supported = own.filter((flag) => flag === 1).length
    return { type, supported, invented: own.length - supported }
  })
  return counts.toSorted((a, b) => b.invented - a.invented || b.supported - a.supported)
}
