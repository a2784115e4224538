/** The chat template of an instruct model: how a conversation becomes one text. */
import { z } from 'zod'
import { readCheckpointFile, readCheckpointJson } from '#compute/tokenize/checkpoint-file.ts'
import { ComputeError } from '#compute/errors.ts'

/** Far beyond every template we know (the largest have about 15 KB). */
const mostCharacters = 2 ** 18

const written = z.object({
  chat_template: z
    .union([
      z.string(),
      z.array(z.object({ name: z.string(), template: z.string() })),
      z.record(z.string(), z.string()),
    ])
    .nullish(),
})

/**
 * The default template of a folder: `chat_template.jinja` before `tokenizer_config.json` before `chat_template.json`, as transformers ranks
 * them. A folder without one, or with named ones of which none is the default, is a `bad-input`.
 */
export function readChatTemplate(folder: string): string {
  const file = readCheckpointFile(folder, 'chat_template.jinja')?.toString('utf8')
  const template =
    file ?? readFrom(folder, 'tokenizer_config.json') ?? readFrom(folder, 'chat_template.json') ?? missing(folder)
  if (template.length <= mostCharacters) return template
  throw new ComputeError(
    'bad-checkpoint',
    `The chat template has ${template.length} characters, more than ${mostCharacters}. Use another checkpoint`,
  )
}

function readFrom(folder: string, name: string): string | null {
  const parsed = written.safeParse(readCheckpointJson(folder, name) ?? {})
  if (!parsed.success) {
    throw new ComputeError('bad-checkpoint', `${name}: chat_template must be a text or a list of named texts`)
  }
  const { chat_template: template } = parsed.data
  if (typeof template === 'string' || template === null || template === undefined) return template ?? null
  const named = Array.isArray(template)
    ? template
    : Object.entries(template).map(([key, text]) => ({ name: key, template: text }))
  const usual = named.findLast((one) => one.name === 'default')
  if (usual !== undefined) return usual.template
  throw new ComputeError(
    'bad-input',
    `${name} has chat templates named ${named.map((one) => one.name).join(', ')} but no default; write one into chat_template.jinja`,
  )
}

function missing(folder: string): never {
  throw new ComputeError(
    'bad-input',
    `${folder} has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json); give a plain --text`,
  )
}
