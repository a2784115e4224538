import { paths } from '#server/wire/paths.ts'
import type { SessionReply } from '#server/wire/session.ts'
import { sessionReply } from '#server/wire/session.ts'
import { WebError } from '#web/errors.ts'
import type { Api } from './request.ts'

/** Who the cookie says is asking; null before the first sign-in. */
export async function readSession(api: Api): Promise<SessionReply | null> {
  try {
    return await api.ask(sessionReply, paths.session)
  } catch (error) {
    if (error instanceof WebError && error.kind === 'not-signed-in') return null
    throw error
  }
}

export const signIn = (api: Api, name: string): Promise<SessionReply> =>
  api.ask(sessionReply, paths.session, { method: 'POST', body: { name } })

export const renamePerson = (api: Api, name: string): Promise<SessionReply> =>
  api.ask(sessionReply, paths.session, { method: 'PATCH', body: { name } })
