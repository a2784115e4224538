import type { TokenizedText } from '#compute/types.ts'

/** The tokenizer of a checkpoint: text to ids and back, exactly as transformers does it, and where each token stands. */
export interface Tokenizer {
  /** What it was read from: `tokenizer.json`, `SentencePiece unigram (Pegasus)`, `SentencePiece unigram (Marian)`. */
  readonly name: string
  /** One more than the largest id. */
  readonly size: number
  /** The id of text that no piece covers, and of the baseline `unk`; null where there is none. */
  readonly unknownId: number | null
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
  /** The piece of the vocabulary with this id. An id that has none is a `bad-input`. */
  token(id: number): string
  /** The id of a piece of the vocabulary, or null. */
  id(token: string): number | null
}

/** A text a model wrote, and its tokens. */
export interface DescribedText {
  readonly text: string
  readonly tokens: TokenizedText
}
