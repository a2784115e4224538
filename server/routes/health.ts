import type { Database } from '../db/database.ts'
import { anybodyRoute } from '../route.ts'
import { devicesReply } from '../wire/devices.ts'
import { healthReply } from '../wire/health.ts'
import { paths } from '../wire/paths.ts'

/** What survives what, in words; see the comment on the embedded database in the README. */
export const durability: Readonly<Record<Database['kind'], string>> = {
  embedded: 'What shows as saved survives a crash of Coattend; after a power cut the last seconds may be lost.',
  postgresql: 'What shows as saved survives crashes and power cuts, as far as the PostgreSQL server promises it.',
}

export const healthRoutes = [
  anybodyRoute({
    method: 'GET',
    path: paths.health,
    summary: 'Whether the page can be used, and on what it runs',
    reply: healthReply,
    handle: async ({ deps: { database, pool, version } }) => {
      await database.query('select 1')
      return {
        status: 'ok' as const,
        version,
        database: database.kind,
        durability: durability[database.kind],
        device: pool.device,
      }
    },
  }),
  anybodyRoute({
    method: 'GET',
    path: paths.devices,
    summary: 'Where the numbers are computed, and why there',
    reply: devicesReply,
    handle: async ({ deps: { pool } }) => pool.device,
  }),
]
