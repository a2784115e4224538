import { z } from 'zod'
import { describeRoutes } from '../openapi.ts'
import { type Route, anybodyRoute } from '../route.ts'
import { paths } from '../wire/paths.ts'
import { analysisRoutes } from './analyses.ts'
import { arrivalRoutes } from './arrivals.ts'
import { attributionRoutes } from './attributions.ts'
import { checkpointRoutes } from './checkpoints.ts'
import { derivedRoutes } from './derived.ts'
import { diskRoutes } from './disk.ts'
import { healthRoutes } from './health.ts'
import { instanceRoutes } from './instances.ts'
import { intakeRoutes } from './intakes.ts'
import { memberRoutes } from './members.ts'
import { noteRoutes } from './notes.ts'
import { outputRoutes } from './outputs.ts'
import { provenanceRoutes } from './provenance.ts'
import { pointRoutes } from './points.ts'
import { resultRoutes } from './results.ts'
import { runRoutes } from './runs.ts'
import { sessionRoutes } from './session.ts'
import { studyRoutes } from './studies.ts'
import { transferRoutes } from './transfer.ts'
import { workspaceRoutes } from './workspaces.ts'

/** Every route of the API. The OpenAPI document and the tests go through this list, so that none is forgotten. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...sessionRoutes,
  ...workspaceRoutes,
  ...transferRoutes,
  ...memberRoutes,
  ...noteRoutes,
  ...instanceRoutes,
  ...derivedRoutes,
  ...outputRoutes,
  ...attributionRoutes,
  ...analysisRoutes,
  ...pointRoutes,
  ...studyRoutes,
  ...runRoutes,
  ...resultRoutes,
  ...checkpointRoutes,
  ...arrivalRoutes,
  ...intakeRoutes,
  ...provenanceRoutes,
  ...diskRoutes,
  anybodyRoute({
    method: 'GET',
    path: paths.openapi,
    summary: 'This description of the API, as OpenAPI 3.1',
    reply: z.record(z.string(), z.unknown()),
    handle: async ({ deps }) => describeRoutes(routes, deps.version),
  }),
]
