/** What a model writes for many texts, whole or without some of its heads. */
import { createHash } from 'node:crypto'
import { ablatedEngine } from '#compute/ablation/ablated-engine.ts'
import type { HeadValues } from '#compute/ablation/heads.ts'
import { generate } from '#compute/generate/generate.ts'
import { fixedPace } from '#compute/generate/row-pace.ts'
import type { RowPace } from '#compute/generate/row-pace.ts'
import { writeInBatches } from '#compute/generate/together.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import { greedy } from '#compute/tasks/respond.ts'
import type { Head } from '#compute/types.ts'

/** Programs of sets of heads are many, and each runs a few times: they share the mapping of the weights. */
const pace: RowPace = { ...fixedPace, temperature: 'cold' }

/** Greedy outputs of all sources. Yields the number of finished ones after every run. */
export async function* writeAll(
  { engine, tokenizer }: Pick<Opened, 'engine' | 'tokenizer'>,
  sources: readonly (readonly number[])[],
): AsyncGenerator<number, readonly string[]> {
  const { describe } = await tokenizer()
  const texts = new Map<number, string>()
  for await (const rows of writeInBatches(engine, sources, greedy, 'all settings', pace)) {
    for (const { index, steps } of rows) texts.set(index, describe(steps.map(({ id }) => id)).text)
    yield texts.size
  }
  for (const [index, source] of sources.entries()) {
    if (texts.has(index)) continue
    texts.set(index, describe(yield* writeAlone(engine, source, texts.size)).text)
    yield texts.size
  }
  return sources.map((_, index) => texts.get(index)!)
}

/** One that its settings or its length keep from being written together with others. */
async function* writeAlone(
  engine: Engine,
  source: readonly number[],
  done: number,
): AsyncGenerator<number, readonly number[]> {
  const writing = generate(engine, source, greedy, 'all settings')
  for (;;) {
    const step = await writing.next()
    if (step.done === true) return step.value
    yield done
  }
}

/** The same without some heads, with values in place of their outputs (zero where there is none). */
export const writeWithout = (
  opened: Pick<Opened, 'engine' | 'tokenizer'>,
  sources: readonly (readonly number[])[],
  heads: readonly Head[],
  values: HeadValues,
): AsyncGenerator<number, readonly string[]> => {
  const engine = heads.length === 0 ? opened.engine : ablatedEngine(opened.engine, heads, values, nameOf(values))
  return writeAll({ ...opened, engine }, sources)
}

/** The same name for the same values: programs are kept under it. */
function nameOf(values: HeadValues): string {
  const hash = createHash('sha256')
  for (const [place, mean] of values) hash.update(place).update(mean)
  return values.size === 0 ? 'zero' : hash.digest('hex')
}
