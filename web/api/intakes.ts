import type { ChangeIntakeRequest, IntakeReply, LocalFoldersReply } from '#server/wire/intakes.ts'
import { intakeReply, localFoldersReply } from '#server/wire/intakes.ts'
import { paths } from '#server/wire/paths.ts'
import type { Api } from './request.ts'

export const openIntake = (api: Api, file: { name: string; bytes: number }): Promise<IntakeReply> =>
  api.ask(intakeReply, paths.intakes, { method: 'POST', body: file })

export const openLocalIntake = (api: Api, path: string): Promise<IntakeReply> =>
  api.ask(intakeReply, paths.localIntakes, { method: 'POST', body: { path } })

/** Sends the bytes from `at` on. */
export const sendPiece = (api: Api, id: string, at: number, piece: Blob, signal: AbortSignal): Promise<IntakeReply> =>
  api.ask(intakeReply, `${paths.intakeContent(id)}?at=${at}`, { method: 'PUT', file: piece, signal })

export const readIntake = (api: Api, id: string): Promise<IntakeReply> => api.ask(intakeReply, paths.intake(id))

export const changeIntake = (api: Api, id: string, body: ChangeIntakeRequest): Promise<IntakeReply> =>
  api.ask(intakeReply, paths.intake(id), { method: 'PATCH', body })

export const removeIntake = (api: Api, id: string): Promise<void> => api.tell(paths.intake(id), { method: 'DELETE' })

/** Folders of the server's machine whose files may be named. */
export const readLocalFolders = (api: Api): Promise<LocalFoldersReply> => api.ask(localFoldersReply, paths.localFolders)
