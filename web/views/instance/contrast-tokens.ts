/** Tokens that a question "rather than …?" can name: those that this page has met, by their text, and any other by its number. Pure. */
import type { InstanceReply } from '#server/wire/instances.ts'
import { pieceName } from '#web/marks/pieces.ts'

/** Every token of the text, the output and its alternatives: how it is written, and its number. The first of a name counts. */
export function knownTokens({ source, output }: Pick<InstanceReply, 'source' | 'output'>): ReadonlyMap<string, number> {
  const known = new Map<string, number>()
  const add = (token: string | undefined, id: number | undefined): void => {
    if (token === undefined || id === undefined) return
    const name = pieceName(token)
    if (name !== '·' && !known.has(name)) known.set(name, id)
  }
  for (const step of output?.steps ?? []) for (const { token, id } of step.alternatives) add(token, id)
  for (const text of [output, source]) text?.ids.forEach((id, index) => add(text.tokens[index], id))
  return known
}

/** The number of a token that was typed: its text as far as it is known, or "#" and the number. Null for what is neither. */
export function tokenOf(text: string, known: ReadonlyMap<string, number>): number | null {
  const number = /^#(\d{1,6})$/.exec(text.trim())
  return number ? Number(number[1]) : (known.get(text.trim()) ?? null)
}
