import type { TokenizedText } from '#compute/types.ts'
import type { Arguments } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { messagesOf, readConversation, readTemplateName } from './conversation.ts'
import { readTensorFile } from './tensor-file.ts'
import type { TensorFile } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

type Tokenizer = Awaited<ReturnType<OpenCheckpoint['opened']['tokenizer']>>

/** What a model is to read: a text through its tokenizer, or ids as they are. */
export interface Source {
  readonly ids: readonly number[]
  /** null with --inputs where the folder has none. */
  readonly tokenizer: Tokenizer | null
  /** The file of --inputs. */
  readonly file: TensorFile | null
  /** With a text the checkpoint's settings hold, with ids only its special tokens. */
  readonly takes: 'all settings' | 'token ids only'
  /** The text and where its tokens stand; null with ids. */
  readonly read: ReadText | null
  /** All columns of the row of a corpus. */
  readonly row?: ReadonlyMap<string, unknown>
}

/** A text as it is read: what was given, or the conversation that a chat template made of it. */
export interface ReadText {
  readonly text: string
  readonly tokens: TokenizedText
  /** For each token the index of its message, null for what the template writes; null without a conversation. */
  readonly messages: readonly (number | null)[] | null
}

/** Tokens by their ids; null where there is no tokenizer. */
export const namer =
  (tokenizer: Tokenizer | null) =>
  (id: number): string | null =>
    tokenizer?.token(id) ?? null

export async function readSource(args: Arguments, open: OpenCheckpoint): Promise<Source> {
  const given = ['text', 'conversation', 'inputs'].filter((name) => args.has(name))
  if (given.length !== 1) throw new UsageError('Give either --text TEXT or --inputs FILE, or --conversation FILE')
  const inputs = args.text('inputs')
  if (inputs !== undefined && (args.has('chat') || args.has('system'))) throw new UsageError(chatNeedsText)
  if (inputs === undefined) return refuseEmpty(await readWritten(args, open, args.text('text') ?? null))
  const file = await readTensorFile(inputs)
  const tokenizer = await open.opened.tokenizer().catch(() => null)
  return { ids: file.ids('input_ids'), tokenizer, file, takes: 'token ids only', read: null }
}

const chatNeedsText = '--chat and --system belong to --text; a conversation holds its own messages'

function refuseEmpty(source: Source): Source {
  if (source.ids.length > 0) return source
  throw new UsageError('The text is empty and this tokenizer adds no special tokens; give at least one character')
}

/** Reads a text, or the conversation it is part of (null: that of --conversation). */
export async function readWritten(args: Arguments, open: OpenCheckpoint, text: string | null): Promise<Source> {
  const tokenizer = await open.opened.tokenizer()
  const read = await readText(args, open, text)
  return { ids: read.tokens.ids, tokenizer, file: null, takes: 'all settings', read }
}

async function readText(args: Arguments, { local, opened }: OpenCheckpoint, text: string | null): Promise<ReadText> {
  if (text === null && (args.has('chat') || args.has('system'))) {
    throw new UsageError(chatNeedsText)
  }
  const template = readTemplateName(args)
  const messages = text === null ? await readConversation(args.text('conversation')!) : messagesOf(args, text)
  if (messages !== null) return local.converse(opened, messages, new Date(), template)
  return { text: text!, tokens: await (await opened.tokenizer()).encode(text!), messages: null } // without messages there is a text
}
