/** The door of compute: what the server and the command line may call. */
export { decodeSafetensors, encodeSafetensors, type FileTensor } from './checkpoint/safetensors.ts'
export { ComputeError, isUserError, type ComputeErrorKind } from './errors.ts'
