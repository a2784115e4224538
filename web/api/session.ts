import { paths } from '#server/wire/paths.ts'
import type { CurrentSessionReply, SessionReply } from '#server/wire/session.ts'
import { currentSessionReply, sessionReply } from '#server/wire/session.ts'
import type { Api } from './request.ts'

/** Who the cookie says is asking. */
export const readSession = (api: Api): Promise<CurrentSessionReply> => api.ask(currentSessionReply, paths.session)

export const signIn = (api: Api, name: string): Promise<SessionReply> =>
  api.ask(sessionReply, paths.session, { method: 'POST', body: { name } })

export const renamePerson = (api: Api, name: string): Promise<SessionReply> =>
  api.ask(sessionReply, paths.session, { method: 'PATCH', body: { name } })
