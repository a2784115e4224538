import type { loadHub } from '#compute/index.ts'
import { Refusal } from '../errors.ts'
import type { Space } from '../files/space.ts'
import type { ArrivalReply } from '../wire/arrivals.ts'

export type Hub = Awaited<ReturnType<typeof loadHub>>
type Found = Awaited<ReturnType<Hub['surveyRepository']>>

/** What working with a checkpoint takes at most, see goals: 1.5 times its float32 weights, and this. */
const PROCESS_BYTES = 600 * 2 ** 20

/** What bringing a checkpoint in takes. Throws a Refusal where its architecture is not supported. */
export async function estimate(
  name: string,
  { architecture, missing, bytes, weights, copy }: Found,
  { architectureNames }: Hub,
  space: Space,
): Promise<NonNullable<ArrivalReply['estimate']>> {
  if (architecture === null || !architectureNames.includes(architecture)) {
    const what =
      architecture === null
        ? 'names no architecture'
        : `is of the architecture “${architecture}”, which is not supported`
    throw new Refusal('unsupported', `${name} ${what}. Supported are ${architectureNames.join(', ')}`, {
      field: 'name',
    })
  }
  const memory = 1.5 * weights + PROCESS_BYTES
  return { architecture, missing, bytes, disk: missing + copy, free: await space.free(), memory }
}
