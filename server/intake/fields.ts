/** Which column plays which part, guessed from names and contents. */
import type { IntakeFields } from '../wire/intakes.ts'

/** What the guess needs to know of a column. */
export interface Candidate {
  readonly name: string
  /** Rows in which it holds a text. */
  readonly texts: number
  /** Mean number of characters of those. */
  readonly length: number
}

const usual = {
  id: ['id', 'key', 'uid', 'guid', 'index'],
  source: ['source', 'text', 'prompt', 'article', 'document', 'question', 'input', 'src', 'sentence', 'content', 'en'],
  reference: ['reference', 'target', 'summary', 'answer', 'output', 'highlights', 'translation', 'tgt', 'completion'],
} as const

/** The usual names first; the longest texts where no name says which column the model reads. */
export function guessFields(columns: readonly Candidate[]): IntakeFields {
  const texts = columns.filter((column) => column.texts > 0)
  const named = (part: keyof typeof usual, from: readonly Candidate[]): string | null =>
    usual[part].flatMap((name) => from.filter((column) => column.name.toLowerCase() === name))[0]?.name ?? null
  const id = named('id', columns)
  const others = texts.filter(({ name }) => name !== id)
  const longest = others.toSorted((left, right) => right.length - left.length)[0]
  const source = named('source', others) ?? longest?.name ?? null
  const reference = named('reference', others)
  return { id, source, reference: reference === source ? null : reference }
}
