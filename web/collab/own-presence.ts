import type { WebsocketProvider } from 'y-websocket'

interface Changed {
  readonly added: readonly number[]
  readonly updated: readonly number[]
  readonly removed: readonly number[]
}

/**
 * y-websocket 3.1.0 sends back every presence it hears, which in a room of many is most of the traffic. The server listens to
 * nobody about somebody else, so only what this tab says of itself goes out.
 */
export function speakForSelfAlone(provider: WebsocketProvider): void {
  const { awareness, _awarenessUpdateHandler: send } = provider
  awareness.off('update', send)
  awareness.on('update', ({ added, updated, removed }: Changed, origin: unknown) => {
    const own = (clients: readonly number[]): readonly number[] =>
      clients.filter((client) => client === awareness.clientID)
    const changed: Changed = { added: own(added), updated: own(updated), removed: own(removed) }
    if (changed.added.length + changed.updated.length + changed.removed.length > 0) send(changed, origin)
  })
}
