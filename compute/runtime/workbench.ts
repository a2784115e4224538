/** Where tasks are done: one device with the checkpoints open on it, and the bench that follows should the device fail. */
import type { ProductOptions } from '#compute/projection/products.ts'
import { makeCheckpointShelf } from './checkpoint-shelf.ts'
import type { CheckpointShelf } from './checkpoint-shelf.ts'
import { chooseDevice } from './devices.ts'
import type { DeviceChoice, DeviceFailure } from './devices.ts'
import type { WorkerOptions } from './messages.ts'

export interface Workbench {
  readonly device: DeviceChoice
  readonly products: ProductOptions
  readonly take: CheckpointShelf['take']
  /**
   * Closes this bench, whose device failed for this reason, and opens one on the next device. Null on the processor, and where
   * the device was named: a named one never gives way.
   */
  readonly next: ((reason: string) => Promise<Workbench>) | null
}

export async function openWorkbench(
  options: WorkerOptions,
  failures: readonly DeviceFailure[] = [],
): Promise<Workbench> {
  const { device: named, threads, cache } = options
  const device = await chooseDevice(named, threads, failures)
  const products = { device: device.name, threads }
  const shelf = makeCheckpointShelf({ ...products, cache })
  const next = async (reason: string): Promise<Workbench> => {
    await shelf.close()
    return openWorkbench(options, [...failures, { name: device.name, reason }])
  }
  return { device, products, take: shelf.take, next: named !== null || device.name === 'cpu' ? null : next }
}
