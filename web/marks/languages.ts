/** Languages of multilingual translators in words. */
import type { ChosenLanguages, KnownLanguages } from '#server/wire/checkpoints.ts'

/** "German" for `de_DE` and `de`, "German (Latin)" for `deu_Latn`; null for a code that stands for no language. */
export function languageName(code: string): string | null {
  // mBART puts a country behind every language, XX where there is none.
  const tag = code.replace(/_[A-Z]{2}$/, '').replaceAll('_', '-')
  try {
    return new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(tag) ?? null
  } catch {
    return null
  }
}

/** "en_XX → de_DE"; a side that nobody named is the one in force. */
export function languagePair(chosen: ChosenLanguages | null, known: KnownLanguages | null): string | null {
  if (known === null) return null
  return `${chosen?.source ?? known.source} → ${chosen?.target ?? known.target ?? 'not named'}`
}
