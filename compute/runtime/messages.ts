/** What the server's process and a compute process say to each other. */
import type { ComputeErrorKind } from '#compute/errors.ts'
import type { TaskResult } from '#compute/tasks/run-task.ts'
import type { Device, Priority, Progress, Task, TaskPartial } from '#compute/types.ts'
import type { DeviceChoice } from './devices.ts'

export interface WorkerOptions {
  readonly device: Device | null
  readonly threads: number
  readonly cache: string
}

export type ToWorker =
  | { readonly type: 'open'; readonly options: WorkerOptions }
  | { readonly type: 'start'; readonly id: number; readonly task: Task; readonly priority: Priority }
  | { readonly type: 'focus'; readonly id: number; readonly target: number }
  | { readonly type: 'cancel'; readonly id: number }

export type FromWorker =
  | { readonly type: 'ready'; readonly device: DeviceChoice }
  /** The device failed inside a task, and nobody had named it: work goes on at another. */
  | { readonly type: 'moved'; readonly device: DeviceChoice }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'partial'; readonly id: number; readonly partial: TaskPartial }
  | { readonly type: 'done'; readonly id: number; readonly result: TaskResult }
  | { readonly type: 'failed'; readonly id: number; readonly kind: ComputeErrorKind; readonly message: string }
