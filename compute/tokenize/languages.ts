/** Languages of multilingual translators: which there are, and where their codes stand. */
import { ComputeError } from '#compute/errors.ts'
import type { Languages } from '#compute/types.ts'
import type { Frame } from './native-tokenizer.ts'

/** What a multilingual tokenizer knows of languages. */
export interface LanguageRules {
  /** Codes as people write them: `de_DE`, `deu_Latn`, `de`. */
  readonly codes: readonly string[]
  /** What the checkpoint's settings say, or the class of transformers where they are silent. */
  readonly source: string
  readonly target: string | null
  /** The piece of a code: `__de__` for `de` in M2M100. */
  piece(code: string): string
  /** What stands around a text of this language. */
  frame(code: string): Frame
  /** Whether the code stands at the end of a text, as in mBART-25; its decoder starts with the code all the same. */
  readonly isSuffix: boolean
  /** Whether a target must be known: `to generate`, because the model never saw an output without; `always` where a text cannot be read as a target either. */
  readonly needsTarget: 'never' | 'to generate' | 'always'
}

/** Checks the languages that were asked for; what was not asked keeps what the checkpoint says. */
export function chooseLanguages(rules: LanguageRules, asked: Languages): { source: string; target: string | null } {
  for (const side of ['source', 'target'] as const) {
    const code = asked[side] ?? null
    if (code !== null && !rules.codes.includes(code)) throw unknownLanguage(rules, side, code)
  }
  return { source: asked.source ?? rules.source, target: asked.target ?? rules.target }
}

const fewCodes = 8

function listCodes(codes: readonly string[]): string {
  const more = codes.length - fewCodes
  return codes.slice(0, fewCodes).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function unknownLanguage(rules: LanguageRules, side: string, code: string): ComputeError {
  return new ComputeError(
    'bad-input',
    `There is no ${side} language ${JSON.stringify(code)}; this model knows ${listCodes(rules.codes)}`,
  )
}

export function missingTarget(rules: LanguageRules): ComputeError {
  return new ComputeError(
    'bad-input',
    `This model must be told which language to write (--target-language); it knows ${listCodes(rules.codes)}`,
  )
}
