import type { Filter } from '#collab/wire/document.ts'
import { paths } from '#server/wire/paths.ts'
import type { MatchingReply, PointsReply } from '#server/wire/points.ts'
import { matchingReply, pointsReply } from '#server/wire/points.ts'
import type { Api } from './request.ts'

/** Every instance with everything points are coloured and filtered by. */
export const readPoints = (api: Api, workspace: string, signal?: AbortSignal): Promise<PointsReply> =>
  api.ask(pointsReply, paths.points(workspace), signal ? { signal } : {})

/** Which points match a search and filters, as the list has them. */
export function readMatching(
  api: Api,
  workspace: string,
  search: string,
  filters: readonly Filter[],
  signal: AbortSignal,
): Promise<MatchingReply> {
  const parameters = new URLSearchParams()
  if (search !== '') parameters.set('search', search)
  if (filters.length > 0) parameters.set('filters', JSON.stringify(filters))
  return api.ask(matchingReply, `${paths.matchingPoints(workspace)}?${parameters}`, { signal })
}
