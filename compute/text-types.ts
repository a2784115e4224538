/** Texts as models read them. Types only; everybody else takes them from `types.ts`. */

/** A text as the model reads it. All four arrays have one entry per token. */
export interface TokenizedText {
  readonly ids: readonly number[]
  /** The pieces of the vocabulary, marks of word starts included (`▁Kestrell`, `Ġcontainer`). */
  readonly tokens: readonly string[]
  /** UTF-16 character offsets into the text, end exclusive; [0, 0] for tokens that stand for no text. */
  readonly offsets: readonly (readonly [start: number, end: number])[]
  readonly special: readonly boolean[]
}

/** Codes of the languages a multilingual translator reads and writes; what is left out comes from the checkpoint. */
export interface Languages {
  readonly source?: string | null
  readonly target?: string | null
}

/** The languages a translator knows, by their codes. */
export interface KnownLanguages {
  readonly codes: readonly string[]
  readonly source: string
  readonly target: string | null
}

/** One message of a conversation with an instruct model. What else it holds is for the chat template to read. */
export interface ChatMessage {
  readonly role: string
  readonly content: string
  readonly [field: string]: unknown
}

/** A conversation as the model reads it. */
export interface TokenizedConversation {
  /** What the chat template wrote; offsets refer to it. */
  readonly text: string
  readonly tokens: TokenizedText
  /** For each token the index of the message whose content it belongs to; null for what the template wrote itself. */
  readonly messages: readonly (number | null)[]
}

/** Tokens that belong together: a word, a sentence, or a special token alone. */
export interface TokenGroup {
  /** Their indices, rising. */
  readonly tokens: readonly number[]
  /** Where they stand in the text, without spaces around them. */
  readonly offsets: readonly [start: number, end: number]
  readonly special: boolean
}
