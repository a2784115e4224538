/** The languages of a multilingual translator while they are typed. */
import type { ChosenLanguages, KnownLanguages } from '#server/wire/checkpoints.ts'
import { languageName } from './languages.ts'

/** As they stand in the form: codes, or what is not yet one. */
export interface TypedLanguages {
  readonly source: string
  readonly target: string
}

/** What the model reads and writes where nobody names others. */
export const usualLanguages = ({ source, target }: KnownLanguages): TypedLanguages => ({ source, target: target ?? '' })

/** The code that somebody means: typed as it is, in other letters, or by the name of its language. */
export function codeOf(typed: string, { codes }: KnownLanguages): string | null {
  const wanted = typed.trim().toLowerCase()
  return (
    codes.find((code) => code.toLowerCase() === wanted) ??
    codes.find((code) => languageName(code)?.toLowerCase() === wanted) ??
    null
  )
}

/** What is wrong with what stands there; null for a language of the model. */
export function languageProblem(typed: string, known: KnownLanguages): string | null {
  if (typed.trim() === '') return 'Choose one: this model must be told.'
  if (codeOf(typed, known) !== null) return null
  const [first = '', second = first] = known.codes
  return `Not one of the ${known.codes.length} languages of this model, such as ${first} or ${second}.`
}

/** As the server takes them; null while one is missing or unknown. */
export function readLanguages({ source, target }: TypedLanguages, known: KnownLanguages): ChosenLanguages | null {
  const codes = { source: codeOf(source, known), target: codeOf(target, known) }
  return codes.source === null || codes.target === null ? null : codes
}
