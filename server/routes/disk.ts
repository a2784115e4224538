import { measureFolder } from '../files/sizes.ts'
import { personRoute } from '../route.ts'
import { diskReply } from '../wire/disk.ts'
import { paths } from '../wire/paths.ts'

export const diskRoutes = [
  personRoute({
    method: 'GET',
    path: paths.disk,
    summary: 'What the data directory takes, and what is left',
    reply: diskReply,
    handle: async ({ deps: { directories, results, states, space } }) => {
      const [database, checkpoints, cache, ofResults, ofStates, free] = await Promise.all([
        measureFolder(directories.database),
        measureFolder(directories.checkpoints),
        measureFolder(directories.cache),
        measureFolder(results.directory),
        measureFolder(states.directory),
        space.free(),
      ])
      return { directory: directories.data, database, checkpoints, cache, results: ofResults, states: ofStates, free }
    },
  }),
]
