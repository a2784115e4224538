/** Files of a checkpoint that hold chat templates, under the names that transformers gives them. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'

export const templateFile = 'chat_template.jinja'

const folderOfNamed = 'additional_chat_templates'

/** Whether a path inside a checkpoint is that of a template with a name of its own. */
export function isNamedTemplate(path: string): boolean {
  const [folder, name = '', ...rest] = path.split('/')
  return folder === folderOfNamed && rest.length === 0 && /^[^\\\0]+\.jinja$/.test(name)
}

/** The paths of such templates inside a folder, in the order of their names. */
export function listNamedTemplates(folder: string): readonly string[] {
  try {
    const names = readdirSync(join(folder, folderOfNamed))
    return names
      .map((name) => `${folderOfNamed}/${name}`)
      .filter(isNamedTemplate)
      .toSorted()
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    throw new ComputeError('bad-checkpoint', `${join(folder, folderOfNamed)} cannot be read: ${String(cause)}`, {
      cause,
    })
  }
}
