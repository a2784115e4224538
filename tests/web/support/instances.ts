/** Instances and rows as the API gives them, small enough to read. */
import type { InstanceReply, InstanceRow } from '#server/wire/instances.ts'

/** "Edward Kestrell won" -> "The chemist", three tokens each and an end token. */
export function makeInstance(id = 'a-1'): InstanceReply {
  const step = (token: string, index: number) => ({
    id: 10 + index,
    token,
    logProb: -0.1 * (index + 1),
    entropy: 0.2 * index,
  })
  const output = ['▁The', '▁che', 'mist', '</s>']
  return {
    id,
    ordinal: 0,
    source: {
      text: 'Edward Kestrell won',
      ids: [1, 2, 3, 4],
      tokens: ['▁Edward', '▁Kestrell', '▁won', '</s>'],
      offsets: [
        [0, 6],
        [7, 15],
        [16, 19],
        [0, 0],
      ],
      special: [false, false, false, true],
    },
    reference: null,
    attributes: { topic: 'award' },
    output: {
      text: 'The chemist',
      ids: [10, 11, 12, 13],
      tokens: output,
      offsets: [
        [0, 3],
        [4, 7],
        [7, 11],
        [11, 11],
      ],
      special: [false, false, false, true],
      steps: output.map((token, index) => ({ ...step(token, index), alternatives: [step(token, index)] })),
      decoding: 'greedy',
    },
    problem: null,
    origin: null,
  }
}

export const makeRow = (ordinal: number): InstanceRow => ({
  id: `a-${ordinal}`,
  ordinal,
  source: `source ${ordinal}`,
  reference: null,
  attributes: { topic: ordinal % 2 === 0 ? 'flood' : 'award' },
  output: null,
  studied: {},
  origin: null,
})
