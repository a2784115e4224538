import type { Person } from '#collab/wire/presence.ts'
import { readCookie, writeCookie } from '../cookies.ts'
import { createPerson, deleteSession, renamePerson } from '../db/people.ts'
import { Refusal } from '../errors.ts'
import { hashToken, makeId, makeToken } from '../identity.ts'
import { type Call, anybodyRoute, personRoute } from '../route.ts'
import { paths } from '../wire/paths.ts'
import { type SignInRequest, currentSessionReply, sessionReply, signInRequest } from '../wire/session.ts'

const HALF_YEAR = 180 * 86_400

export const sessionRoutes = [
  anybodyRoute({
    method: 'POST',
    path: paths.session,
    summary: 'Signs in with a display name; somebody who is signed in takes that name',
    body: signInRequest,
    reply: sessionReply,
    handle: async (call) => {
      if (call.person !== null) return { person: await rename(call, call.person) }
      return { person: await signIn(call) }
    },
  }),
  anybodyRoute({
    method: 'GET',
    path: paths.session,
    summary: 'Who is signed in, if anybody',
    reply: currentSessionReply,
    handle: async (call) => {
      if (call.person !== null) call.header('set-cookie', sessionCookie(call, readToken(call), HALF_YEAR))
      return { person: call.person }
    },
  }),
  personRoute({
    method: 'PATCH',
    path: paths.session,
    summary: 'Takes another name',
    body: signInRequest,
    reply: sessionReply,
    handle: async (call) => ({ person: await rename(call, call.person) }),
  }),
  personRoute({
    method: 'DELETE',
    path: paths.session,
    summary: 'Signs out',
    reply: null,
    handle: async (call) => {
      const { deps, person } = call
      await deleteSession(deps.database, hashToken(readToken(call)))
      await deps.collab.revoke(null, person.id)
      call.header('set-cookie', sessionCookie(call, '', 0))
    },
  }),
]

async function signIn(call: Call<unknown, SignInRequest>): Promise<Person> {
  const { database, random, now, signIns } = call.deps
  if (!signIns.take(call.address)) {
    throw new Refusal('too-many', 'too many people signed in from this address just now. Wait a minute, then try again')
  }
  const token = makeToken(random)
  const person = await database.transaction((tx) =>
    createPerson(tx, { id: makeId(random), name: call.body.name, tokenHash: hashToken(token), now: now() }),
  )
  call.header('set-cookie', sessionCookie(call, token, HALF_YEAR))
  return person
}

async function rename({ deps, body }: Call<unknown, SignInRequest>, person: Person): Promise<Person> {
  await renamePerson(deps.database, person.id, body.name)
  // Others see the new name as soon as the sockets know it.
  await deps.collab.revoke(null, person.id)
  return { ...person, name: body.name }
}

/** The cookie of this answer; sent again at every visit, so that it lasts as long as the session. */
function sessionCookie({ deps, request }: Call, token: string, seconds: number): string {
  const host = request.headers.get('host') ?? new URL(request.url).host
  return writeCookie(deps.cookie, token, seconds, deps.origins.isSecure(host))
}

const readToken = ({ deps, request }: Call): string => readCookie(request.headers.get('cookie'), deps.cookie) ?? ''
