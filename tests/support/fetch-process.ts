/** A process of its own that fetches a checkpoint and says where it lies. */
import { fetchCheckpoint } from '#compute/hub/download.ts'
import type { HubSettings } from '#compute/hub/settings.ts'

interface Order {
  readonly id: string
  readonly settings: HubSettings
}

async function fulfil({ id, settings }: Order): Promise<void> {
  const folder = await fetchCheckpoint({ id, revision: 'main' }, settings)
  process.send?.(folder, () => process.disconnect())
}

process.once('message', (order: Order) => void fulfil(order))
