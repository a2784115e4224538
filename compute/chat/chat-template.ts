/** The chat template of an instruct model: how a conversation becomes one text. */
import { basename } from 'node:path'
import { z } from 'zod'
import { listNamedTemplates, templateFile } from '#compute/checkpoint/template-files.ts'
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

/** Templates by name, read when they are asked for. */
type Templates = ReadonlyMap<string, () => string>

/** What a template is called that has no name, and that is taken where nobody names one. */
const usual = 'default'

/**
 * A template of a folder by its name, which is `default` for one without a name: of those in files of their own (`chat_template.jinja`,
 * `additional_chat_templates/NAME.jinja`) before those of `tokenizer_config.json` before `chat_template.json`, as transformers ranks them.
 * A folder without one of that name is a `bad-input` that lists the names there are.
 */
export function readChatTemplate(folder: string, name: string | null = null): string {
  const names = new Set<string>()
  for (const read of [readFiles, readSettings('tokenizer_config.json'), readSettings('chat_template.json')]) {
    const templates = read(folder)
    const template = templates.get(name ?? usual)
    if (template !== undefined) return requireShort(template())
    for (const known of templates.keys()) names.add(known)
  }
  throw missing(folder, name, [...names])
}

function requireShort(template: string): string {
  if (template.length <= mostCharacters) return template
  throw new ComputeError(
    'bad-checkpoint',
    `The chat template has ${template.length} characters, more than ${mostCharacters}. Use another checkpoint`,
  )
}

/** Templates in files of their own. */
function readFiles(folder: string): Templates {
  const file = readCheckpointFile(folder, templateFile)?.toString('utf8')
  const others = listNamedTemplates(folder).map(
    (path) => [basename(path, '.jinja'), () => readCheckpointFile(folder, path)?.toString('utf8') ?? ''] as const,
  )
  return new Map([...(file === undefined ? [] : [[usual, () => file] as const]), ...others])
}

const readSettings =
  (file: string) =>
  (folder: string): Templates => {
    const parsed = written.safeParse(readCheckpointJson(folder, file) ?? {})
    if (!parsed.success) {
      throw new ComputeError('bad-checkpoint', `${file}: chat_template must be a text or a list of named texts`)
    }
    const { chat_template: found } = parsed.data
    if (found === null || found === undefined) return new Map()
    if (typeof found === 'string') return new Map([[usual, () => found]])
    const named = Array.isArray(found)
      ? found.map(({ name, template }) => [name, template] as const)
      : Object.entries(found)
    return new Map(named.map(([name, template]) => [name, () => template]))
  }

function missing(folder: string, name: string | null, names: readonly string[]): ComputeError {
  if (names.length === 0) {
    return new ComputeError(
      'bad-input',
      `${folder} has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json); give a plain --text`,
    )
  }
  const known = names.toSorted().join(', ')
  const fault =
    name === null
      ? `${folder} has chat templates named ${known} but no default; choose one with --chat-template NAME`
      : `${folder} has no chat template named ${JSON.stringify(name)}; it has ${known}`
  return new ComputeError('bad-input', fault)
}
