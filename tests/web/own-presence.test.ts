import { expect, it, vi } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { messageTypes } from '#collab/wire/messages.ts'
import { speakForSelfAlone } from '#web/collab/own-presence.ts'

it('[WP1] a tab says what it does itself, and repeats nothing of others', () => {
  const doc = new Y.Doc()
  const awareness = new Awareness(doc)
  const provider = new WebsocketProvider('ws://127.0.0.1:1', 'room', doc, {
    awareness,
    connect: false,
    disableBc: true,
    // Never made: nothing connects.
    WebSocketPolyfill: vi.fn<() => void>() as unknown as typeof WebSocket,
  })
  speakForSelfAlone(provider)
  const sent: Uint8Array[] = []
  // What y-websocket looks at before it sends.
  const open = { readyState: 1, OPEN: 1, send: (frame: Uint8Array) => sent.push(frame), close: () => undefined }
  Object.assign(provider, { ws: open, wsconnected: true })
  const other = new Awareness(new Y.Doc())
  other.setLocalState({ pane: 'list' })
  applyAwarenessUpdate(awareness, encodeAwarenessUpdate(other, [other.clientID]), provider)
  expect(awareness.getStates().get(other.clientID)).toEqual({ pane: 'list' })
  expect(sent).toEqual([])
  awareness.setLocalState({ pane: 'notes' })
  expect(sent.map(([type]) => type)).toEqual([messageTypes.awareness])
  Object.assign(provider, { ws: null, wsconnected: false })
  provider.destroy()
  awareness.destroy()
  other.destroy()
})
