import { z } from 'zod'
import { person } from '#collab/wire/presence.ts'
import { displayName } from './names.ts'

/** A display name is all it takes for now; the cookie is the session. */
export const signInRequest = z.strictObject({ name: displayName(40) })
export type SignInRequest = z.infer<typeof signInRequest>

export const sessionReply = z.object({ person })
export type SessionReply = z.infer<typeof sessionReply>

/** Who the cookie says is asking; null before the first sign-in. */
export const currentSessionReply = z.object({ person: person.nullable() })
export type CurrentSessionReply = z.infer<typeof currentSessionReply>
