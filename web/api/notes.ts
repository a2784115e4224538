import { noteReply } from '#server/wire/notes.ts'
import { paths } from '#server/wire/paths.ts'
import type { Api } from './request.ts'

/** A new note document; the caller puts the note's head into the shared document under this id. */
export async function makeNote(api: Api, workspace: string): Promise<string> {
  const { id } = await api.ask(noteReply, paths.notes(workspace), { method: 'POST', body: {} })
  return id
}
