import type { TokenizedText } from '#compute/types.ts'
import { withCheckpoint } from './checkpoint.ts'
import { commonOptions, languageOptions } from './command.ts'
import type { Command } from './command.ts'
import { conversationOptions } from './conversation.ts'
import { readSource } from './source.ts'
import type { ReadText } from './source.ts'
import { UsageError } from './usage-error.ts'

/** `tokenize`: how a model reads a text, special tokens included, never truncated. */
export const tokenize: Command = {
  name: 'tokenize',
  positionals: ['CHECKPOINT'],
  summary: 'ids, tokens and character offsets (UTF-16) of a text',
  options: {
    text: { value: 'TEXT', help: 'the text the model reads' },
    target: { value: 'TEXT', help: 'a text the model writes' },
    ...conversationOptions,
    ...languageOptions,
    ...commonOptions,
  },
  run: (context) =>
    withCheckpoint(context, async (open) => {
      const { args, streams } = context
      const target = args.text('target')
      const isRead = args.has('text') || args.has('conversation')
      if (!isRead && target === undefined) throw new UsageError('Give a text: --text TEXT')
      const read = isRead ? (await readSource(args, open)).read : null
      const written =
        target === undefined ? null : refuseEmpty(await (await open.opened.tokenizer()).encodeTarget(target))
      if (args.has('json')) return streams.out(JSON.stringify(documentOf(read, written)))
      if (read?.messages) streams.out(JSON.stringify(read.text))
      for (const tokens of [read?.tokens ?? null, written]) if (tokens !== null) streams.out(table(tokens))
    }),
}

/** The tokens of the text, or of the target where it stands alone; of a conversation also its text and the message of each token. */
function documentOf(read: ReadText | null, written: TokenizedText | null): object {
  if (read === null) return { ...written }
  const conversation = read.messages === null ? {} : { text: read.text, messages: read.messages }
  return { ...read.tokens, ...conversation, ...(written === null ? {} : { target: written }) }
}

function refuseEmpty(tokens: TokenizedText): TokenizedText {
  if (tokens.ids.length > 0) return tokens
  throw new UsageError('The text is empty and this tokenizer adds no special tokens; give at least one character')
}

const table = ({ ids, tokens, offsets }: TokenizedText): string =>
  ids.map((id, i) => `${String(id).padStart(7)}  ${offsets[i]!.join('–').padEnd(11)}${tokens[i]}`).join('\n')
