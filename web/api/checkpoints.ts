import type { CheckpointsReply } from '#server/wire/checkpoints.ts'
import { checkpointsReply } from '#server/wire/checkpoints.ts'
import type { DiskReply } from '#server/wire/disk.ts'
import { diskReply } from '#server/wire/disk.ts'
import { paths } from '#server/wire/paths.ts'
import type { Api } from './request.ts'

/** The checkpoints that a workspace can be made over. */
export const readCheckpoints = (api: Api): Promise<CheckpointsReply> => api.ask(checkpointsReply, paths.checkpoints)

/** What the data directory takes, by kind. */
export const readDisk = (api: Api): Promise<DiskReply> => api.ask(diskReply, paths.disk)
