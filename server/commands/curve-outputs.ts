/** `--curve … --metric`: what the model writes at every point of the curves. */
import type { HeadOrder, HeadValues } from '#compute/local.ts'
import type { Head } from '#compute/types.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { write } from './generate.ts'
import type { Source } from './source.ts'
import { UsageError } from './usage-error.ts'

/** Texts by order, one for each number of heads removed. Equal sets of heads write once. */
export async function writeAlong(
  { local, opened }: OpenCheckpoint,
  source: Source,
  orders: readonly HeadOrder[],
  removed: readonly number[],
  values: HeadValues,
  name: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { tokenizer } = source
  if (tokenizer === null) throw new UsageError('--metric compares texts, and this checkpoint has no tokenizer')
  const known = new Map<string, string>()
  const writeWithout = async (heads: readonly Head[]): Promise<string> => {
    const engine = local.ablatedEngine(opened.engine, heads, values, name)
    return tokenizer.decode(await write({ local, opened: { ...opened, engine } }, source.ids, {}, source.takes))
  }
  const texts: [string, readonly string[]][] = []
  for (const order of orders) {
    const own: string[] = []
    for (const count of removed) {
      const heads = order.heads.slice(0, count)
      const key = local.keyOfHeads(heads)
      const text = known.get(key) ?? (await writeWithout(heads))
      known.set(key, text)
      own.push(text)
    }
    texts.push([order.name, own])
  }
  return Object.fromEntries(texts)
}
