import { personRoute } from '../route.ts'
import { checkpointsReply } from '../wire/checkpoints.ts'
import { paths } from '../wire/paths.ts'

export const checkpointRoutes = [
  personRoute({
    method: 'GET',
    path: paths.checkpoints,
    summary: 'The checkpoints that a workspace can be made over',
    reply: checkpointsReply,
    handle: async ({ deps }) => ({ checkpoints: [...(await deps.registry.list())] }),
  }),
]
