import type { ArrivalReply, ArrivalRequest, ArrivalsReply, UploadRequest } from '#server/wire/arrivals.ts'
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

/** Begins to send the files of a folder, or finds how far it came. */
export const openUpload = (api: Api, body: UploadRequest): Promise<ArrivalReply> =>
  api.ask(arrivalReply, paths.uploads, { method: 'POST', body })

/** Sends bytes of one file from `at` on. */
export const sendUploadPiece = (
  api: Api,
  id: string,
  { file, at }: { readonly file: string; readonly at: number },
  piece: Blob,
  signal: AbortSignal,
): Promise<ArrivalReply> =>
  api.ask(arrivalReply, `${paths.uploadContent(id)}?file=${encodeURIComponent(file)}&at=${at}`, {
    method: 'PUT',
    file: piece,
    signal,
  })
