import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { displayName } from './names.ts'

const size = z.number().min(0)

/** A checkpoint to bring in: a folder of the server's machine, or `org/name` or `org/name@revision` at a hub. */
export const arrivalRequest = z.strictObject({
  from: z.enum(['hub', 'folder']),
  name: z.string().trim().min(1).max(4_000),
})
export type ArrivalRequest = z.infer<typeof arrivalRequest>

/** Most files of a folder that is uploaded, and the bytes of those that are needed together. */
export const MOST_UPLOADED = 2_000
export const LARGEST_UPLOAD = 64 * 2 ** 30

/** The path of a file inside an uploaded folder: it cannot lead out of it. */
const uploadedName = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (name) =>
      !/[\\\p{Cc}\p{Cs}]/u.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'is no name of a file inside the folder',
  )

/** Begins the upload of a checkpoint from whoever asks: every file of its folder, of which the server chooses. */
export const uploadRequest = z.strictObject({
  name: displayName(120),
  files: z
    .array(z.strictObject({ name: uploadedName, bytes: z.number().int().min(0) }))
    .min(1, 'name the files of one folder')
    .max(MOST_UPLOADED, `has more than ${MOST_UPLOADED} files. Choose the folder of the checkpoint itself`)
    .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, 'names a file twice'),
})
export type UploadRequest = z.infer<typeof uploadRequest>

/** A piece of one file of an upload. */
export const uploadPieceQuery = z.object({ file: uploadedName, at: z.coerce.number().int().min(0) })

/** A checkpoint on its way in. */
export const arrivalReply = z.object({
  id: identifier,
  name: z.string(),
  /** `waiting`: looked up, and not yet asked to be fetched. `receiving`: its files are being uploaded. */
  state: z.enum(['waiting', 'fetching', 'receiving', 'reading', 'done', 'failed', 'cancelled']),
  /** Bytes; null for a folder, which is there already. */
  estimate: z
    .object({
      architecture: z.string(),
      /** To be fetched, of how many in all. */
      missing: size,
      bytes: size,
      /** On disk: what is missing, and a float32 copy of 16-bit weights. */
      disk: size,
      free: size,
      /** At most, in a compute process. */
      memory: size,
    })
    .nullable(),
  done: size,
  total: size,
  /** Bytes a second since the fetching began; null before there is a measurement. */
  rate: size.nullable(),
  /** Why it failed, and what to do next. */
  problem: z.string().nullable(),
  /** Files to be sent, in this order, and the names of those that are not needed; null unless it is being uploaded. */
  upload: z
    .object({
      files: z.array(z.object({ name: z.string(), bytes: size, done: size, isWeights: z.boolean() })),
      leftOut: z.array(z.string()),
    })
    .nullable(),
  /** Once it is there. */
  checkpoint: identifier.nullable(),
})
export type ArrivalReply = z.infer<typeof arrivalReply>

export const arrivalsReply = z.object({
  arrivals: z.array(arrivalReply),
  /** Whether this person may bring in checkpoints: whoever sits at the server's machine may. */
  mayImport: z.boolean(),
  /** Folders below which one may be named. */
  folders: z.array(z.string()),
})
export type ArrivalsReply = z.infer<typeof arrivalsReply>
