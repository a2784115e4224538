import type { TokenizedText } from '#compute/types.ts'
import { withCheckpoint } from './checkpoint.ts'
import { commonOptions, languageOptions } from './command.ts'
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

/** `tokenize`: how a model reads a text, special tokens included, never truncated. */
export const tokenize: Command = {
  name: 'tokenize',
  positionals: ['CHECKPOINT'],
  summary: 'ids, tokens and character offsets (UTF-16) of a text',
  options: {
    text: { value: 'TEXT', help: 'the text the model reads' },
    target: { value: 'TEXT', help: 'a text the model writes' },
    ...languageOptions,
    ...commonOptions,
  },
  run: (context) =>
    withCheckpoint(context, async ({ opened }) => {
      const { args, streams } = context
      const [text, target] = [args.text('text'), args.text('target')]
      if (text === undefined && target === undefined) throw new UsageError('Give a text: --text TEXT')
      const tokenizer = await opened.tokenizer()
      const source = text === undefined ? null : refuseEmpty(await tokenizer.encode(text))
      const written = target === undefined ? null : refuseEmpty(await tokenizer.encodeTarget(target))
      if (args.has('json')) {
        const first = source ?? written
        return streams.out(
          JSON.stringify({ ...first, ...(source !== null && written !== null ? { target: written } : {}) }),
        )
      }
      for (const tokens of [source, written]) if (tokens !== null) streams.out(table(tokens))
    }),
}

function refuseEmpty(tokens: TokenizedText): TokenizedText {
  if (tokens.ids.length > 0) return tokens
  throw new UsageError('The text is empty and this tokenizer adds no special tokens; give at least one character')
}

const table = ({ ids, tokens, offsets }: TokenizedText): string =>
  ids.map((id, i) => `${String(id).padStart(7)}  ${offsets[i]!.join('–').padEnd(11)}${tokens[i]}`).join('\n')
