import type { ArrivalReply, ArrivalRequest, ArrivalsReply } from '#server/wire/arrivals.ts'
import { arrivalReply, arrivalsReply } from '#server/wire/arrivals.ts'
import { paths } from '#server/wire/paths.ts'
import type { Api } from './request.ts'

/** Checkpoints on their way in. */
export const readArrivals = (api: Api): Promise<ArrivalsReply> => api.ask(arrivalsReply, paths.arrivals)

export const beginArrival = (api: Api, body: ArrivalRequest): Promise<ArrivalReply> =>
  api.ask(arrivalReply, paths.arrivals, { method: 'POST', body })

export const fetchArrival = (api: Api, id: string): Promise<ArrivalReply> =>
  api.ask(arrivalReply, paths.arrivalFetch(id), { method: 'POST', body: {} })

export const cancelArrival = (api: Api, id: string): Promise<void> => api.tell(paths.arrival(id), { method: 'DELETE' })
