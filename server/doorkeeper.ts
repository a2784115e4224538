import type { Doorkeeper } from '#collab/index.ts'
import { readCookie } from './cookies.ts'
import { readSession } from './db/people.ts'
import { readAccess } from './db/workspaces.ts'
import type { AppDeps } from './deps.ts'
import { hashToken } from './identity.ts'

/** What both sockets ask before they let anybody in: the same session, the same roles and the same addresses as the routes. */
export function makeDoorkeeper({
  database,
  origins,
  cookie,
  now,
}: Pick<AppDeps, 'database' | 'origins' | 'cookie' | 'now'>): Doorkeeper {
  return {
    admits: ({ host, origin }) => origins.admitsHost(host) && origins.admitsOrigin(origin),
    async identify(headers, id) {
      const token = readCookie(headers.cookie, cookie)
      const person = token === null ? null : await readSession(database, hashToken(token), now())
      if (person === null) return 'signed-out'
      const access = await readAccess(database, id, person.id)
      if (access === null || access.workspace.deletedAt !== null) return 'no-workspace'
      return access.role === null ? 'no-access' : { person, role: access.role }
    },
  }
}
