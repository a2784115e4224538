import type { Languages, TokenizedText } from '#compute/types.ts'

/** The tokenizer of a checkpoint: text to ids and back, exactly as transformers does it, and where each token stands. */
export interface Tokenizer {
  /** What it was read from: `tokenizer.json`, `SentencePiece unigram (Pegasus)`, `SentencePiece unigram (Marian)`. */
  readonly name: string
  /** One more than the largest id. */
  readonly size: number
  /** The id of text that no piece covers, and of the baseline `unk`; null where there is none. */
  readonly unknownId: number | null
  /** Special tokens by their role (`bos`, `eos`, `unk`, `sep`, `pad`, `cls`, `mask`), where there are any. */
  readonly specialTokens: Readonly<Record<string, string>>
  /** Languages of a multilingual translator, or null. */
  readonly languages: TokenizerLanguages | null
  /** The same tokenizer with other languages; what is not said stays. A code that is not there is a `bad-input`. */
  withLanguages(asked: Languages): Tokenizer
  /** A text as the encoder (or a decoder-only model) reads it: special tokens included, never truncated. */
  encode(text: string): Promise<TokenizedText>
  /** A text as the decoder would have written it. Differs from `encode` where the two sides have their own pieces. */
  encodeTarget(text: string): Promise<TokenizedText>
  /** The text of output ids, special tokens left out. Ids beyond the vocabulary (padding of the matrix) stand for no text. */
  decode(ids: readonly number[]): string
  /**
   * The output ids as tokens of the decoded text, with UTF-16 offsets into it. Fragments of one character share its span;
   * special tokens stand at the end of the text.
   */
  describe(ids: readonly number[]): DescribedText
  /** The piece of the vocabulary with this id; `<id 2000>` for a row of the model that has none. What is no id is a `bad-input`. */
  token(id: number): string
  /** The id of a piece of the vocabulary, or null. */
  id(token: string): number | null
}

/** The languages in force, and those there are. */
export interface TokenizerLanguages {
  readonly codes: readonly string[]
  readonly source: string
  /** null where neither the settings nor anybody else says which. */
  readonly target: string | null
  /** Id of the target's code; null without a target. */
  readonly targetId: number | null
  /** Ids of all codes. */
  readonly ids: ReadonlySet<number>
  /** Whether the code of a text stands at its end (mBART-25, older NLLB); the decoder is started with it all the same. */
  readonly isSuffix: boolean
  /** Fails with the list of codes where a target must be named and is not. */
  requireTarget(): void
}

/** A text a model wrote, and its tokens. */
export interface DescribedText {
  readonly text: string
  readonly tokens: TokenizedText
}
