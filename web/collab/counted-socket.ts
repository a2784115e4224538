/** A WebSocket that tells which of the frames it sends carry edits: the server confirms exactly those, by number. */
import { messageTypes, syncTypes } from '#collab/wire/messages.ts'

export type EditFrame = 'step2' | 'update'

/** A subclass to hand to y-websocket as its WebSocket. */
export function makeCountedSocket(Socket: typeof WebSocket, sent: (frame: EditFrame) => void): typeof WebSocket {
  return class CountedSocket extends Socket {
    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
      // `send` of the DOM types wants buffers that are not shared; the frames of y-websocket never are.
      super.send(data as string | ArrayBuffer)
      const frame = editFrame(data)
      if (frame !== null) sent(frame)
    }
  }
}

/** Both numbers are varints below 128, so each is one byte. */
export function editFrame(data: unknown): EditFrame | null {
  if (!(data instanceof Uint8Array) || data[0] !== messageTypes.sync) return null
  if (data[1] === syncTypes.step2) return 'step2'
  return data[1] === syncTypes.update ? 'update' : null
}
