import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'

/** The id of a new note: its head goes into the shared document under it, its text is the document `notes/<id>`. */
export const noteReply = z.object({ id: identifier })
export type NoteReply = z.infer<typeof noteReply>
