/** Feeding a decoder token by token, with its cache kept between steps. */
import { decodeStepGraph, encodeGraph, greedyLoopGraph, promptGraph } from '#compute/programs/decode-step.ts'
import type { StepScores } from '#compute/programs/decode-step.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats, integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'

/** The scores of the next token of every beam. */
export interface Decoder {
  /** Ids before the first token that is written: the start token, or the prompt. */
  readonly prompt: readonly number[]
  readonly first: () => Promise<readonly Float32Array[]>
  /**
   * Greedy search without leaving the graph: appends `last`, then writes up to as many tokens as `bias` has rows, each the
   * largest of logits + bias, and stops after one of `end`. The last of them is not appended yet.
   */
  readonly write: (last: number, bias: readonly Float32Array[], end: readonly number[]) => Promise<readonly number[]>
  /** Appends one token per beam; beam i continues what was beam `order[i]`. */
  readonly next: (ids: readonly number[], order: readonly number[]) => Promise<readonly Float32Array[]>
}

type Tensors = Readonly<Record<string, Tensor>>

/** Outputs of one program as inputs of the next. */
export const pickPorts = (tensors: Tensors, from: string, to: string): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith(`${from}.`) ? [[`${to}.${name.slice(from.length + 1)}`, tensor]] : [],
    ),
  )

function rowsOf(scores: Tensor | undefined): readonly Float32Array[] {
  const [beams, vocabulary] = scores!.shape as [number, number] // the programs have this output
  const data = scores!.data as Float32Array
  return Array.from({ length: beams }, (_, i) => data.subarray(i * vocabulary, (i + 1) * vocabulary))
}

/** A decoder for one source (or prompt). `start` begins the output of an encoder-decoder model. */
export function openDecoder(
  engine: Engine,
  source: readonly number[],
  start: number | null,
  kind: StepScores,
): Decoder {
  const { model } = engine
  const prompt = start === null ? source : [start]
  let memory: Tensors = {}
  let past: Tensors = {}
  let length = 0

  async function step(ids: readonly number[], order: readonly number[]): Promise<readonly Float32Array[]> {
    const session = await engine.program(`step-${kind}`, () => decodeStepGraph(model, kind), 'warm')
    const outputs = await session.run({
      ids: integers([ids.length, 1], ids),
      length: integers([1], [length]),
      order: integers([order.length], order),
      ...past,
      ...memory,
    })
    past = pickPorts(outputs, 'present', 'past')
    length += 1
    return rowsOf(outputs['scores'])
  }

  async function write(
    last: number,
    bias: readonly Float32Array[],
    end: readonly number[],
  ): Promise<readonly number[]> {
    const session = await engine.program('greedy-loop', () => greedyLoopGraph(model), 'warm')
    const rows = new Float32Array(bias.length * model.vocabulary.output)
    bias.forEach((row, i) => rows.set(row, i * model.vocabulary.output))
    const { written, ...present } = await session.run({
      token: integers([1, 1], [last]),
      length: integers([1], [length]),
      turns: integers([], [bias.length]),
      bias: floats([bias.length, model.vocabulary.output], rows),
      end: integers([end.length], end),
      ...past,
      ...memory,
    })
    past = pickPorts(present, 'present', 'past')
    length += written!.data.length
    return Array.from(written!.data, Number)
  }

  return {
    prompt,
    next: step,
    write,
    first: async () => {
      const ids = { input_ids: integers([1, source.length], source) }
      if (start === null) {
        const session = await engine.program(`prompt-${kind}`, () => promptGraph(model, kind), 'cold')
        const outputs = await session.run(ids)
        past = pickPorts(outputs, 'present', 'past')
        length = source.length
        return rowsOf(outputs['scores'])
      }
      const session = await engine.program('encode', () => encodeGraph(model), 'cold')
      memory = await session.run(ids)
      past = emptyPast(engine)
      return step([start], [0])
    },
  }
}

/** A cache of no tokens. */
export function emptyPast({ model }: Engine, rows = 1): Tensors {
  const none = floats([rows, model.cache.heads, 0, model.cache.width], new Float32Array(0))
  const layers = Array.from({ length: model.layers.decoder }, (_, l) => l)
  return Object.fromEntries(
    layers.flatMap((l) => [
      [`past.${l}.keys`, none],
      [`past.${l}.values`, none],
    ]),
  )
}
