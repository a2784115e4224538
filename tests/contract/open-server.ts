import { type TestServer, type TestServerOptions, openTestServer } from '#tests/support/server.ts'
import type { Place } from './both-databases.ts'

/** A test server on a place of its own; closing it removes both. */
export async function openServerAt(place: Place, options: Omit<TestServerOptions, 'url'> = {}): Promise<TestServer> {
  const { url, close } = await place.open()
  const server = await openTestServer({ ...options, ...(url === null ? {} : { url }) })
  return {
    ...server,
    async close() {
      await server.close()
      await close()
    },
  }
}
