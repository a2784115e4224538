import { expect, test } from 'vitest'
import { messageTypes, syncTypes } from '#collab/wire/messages.ts'
import { editFrame, makeCountedSocket } from '#web/collab/counted-socket.ts'
import type { DocumentStatus } from '#web/collab/save-state.ts'
import { newDocumentStatus, saveStateOf } from '#web/collab/save-state.ts'
import { makeLedger } from '#web/collab/shared-document.ts'
import { makeThrottle } from '#web/collab/throttle.ts'
import { saveText } from '#web/views/workspace/status-text.ts'
import { makeClock } from './support/clock.ts'

const open: DocumentStatus = { ...newDocumentStatus, connected: true, synced: true }

test('[WS1] nothing is called saved before the server has confirmed every edit of every document', () => {
  expect(saveStateOf([open, { ...open, unconfirmed: 1 }], true)).toEqual({ kind: 'saving' })
  expect(
    saveStateOf(
      [
        { ...open, savedAt: 5 },
        { ...open, savedAt: 9 },
      ],
      true,
    ),
  ).toEqual({ kind: 'saved', at: 9 })
})

test('[WS2] without a connection the changes that wait are counted; before the first one it is connecting', () => {
  const away = { ...open, connected: false, kept: 2, unconfirmed: 1 }
  expect(saveStateOf([open, away], true)).toEqual({ kind: 'offline', changes: 3 })
  expect(saveStateOf([away], false)).toEqual({ kind: 'connecting' })
  expect(saveStateOf([{ ...open, synced: false }], true)).toEqual({ kind: 'connecting' })
})

test('[WS3] a connection that ended for good is a problem, whatever else is well', () => {
  expect(saveStateOf([open, { ...open, ended: 'You are signed out.' }], true)).toEqual({
    kind: 'problem',
    text: 'You are signed out.',
  })
})

test('[WS4] the states are said in words', () => {
  const at = new Date(2026, 10, 22, 12, 4).getTime()
  expect(saveText({ kind: 'saved', at })).toBe('Saved 12:04')
  expect(saveText({ kind: 'offline', changes: 1 })).toBe('Offline, 1 change kept in this tab')
  expect(saveText({ kind: 'offline', changes: 0 })).toBe('Offline')
})

function makeStatus() {
  let status = newDocumentStatus
  const clock = makeClock(1000)
  const ledger = makeLedger(clock, (part) => (status = { ...status, ...part }))
  return { ledger, clock, status: () => status }
}

test('[WS5] an edit waits until the server has settled as many frames as were sent', () => {
  const { ledger, status, clock } = makeStatus()
  ledger.opened()
  ledger.sent('step2')
  ledger.sent('update')
  expect(status().unconfirmed).toBe(2)
  ledger.settled(1)
  expect([status().unconfirmed, status().savedAt]).toEqual([1, null])
  clock.pass(50)
  ledger.settled(2)
  expect([status().unconfirmed, status().savedAt]).toEqual([0, 1050])
})

test('[WS6] what was sent but not confirmed when the connection broke is kept, and goes out with the next one', () => {
  const { ledger, status } = makeStatus()
  ledger.opened()
  ledger.sent('update')
  ledger.sent('update')
  ledger.settled(1)
  ledger.closed()
  ledger.kept()
  expect([status().kept, status().unconfirmed]).toEqual([2, 0])
  ledger.opened()
  ledger.sent('step2')
  expect([status().kept, status().unconfirmed]).toEqual([0, 1])
})

test('[WS7] a confirmation of an older connection cannot confirm frames of the new one', () => {
  const { ledger, status } = makeStatus()
  ledger.opened()
  ledger.sent('update')
  ledger.settled(9)
  ledger.sent('update')
  expect(status().unconfirmed).toBe(1)
})

test('[WS8] exactly the frames with edits are counted', () => {
  const frame = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
  expect(editFrame(frame(messageTypes.sync, syncTypes.step1, 0))).toBeNull()
  expect(editFrame(frame(messageTypes.sync, syncTypes.step2, 0))).toBe('step2')
  expect(editFrame(frame(messageTypes.sync, syncTypes.update, 0))).toBe('update')
  expect(editFrame(frame(messageTypes.awareness, 2))).toBeNull()
  expect(editFrame('text')).toBeNull()
})

test('[WS9] a counted socket still sends', () => {
  const sent: unknown[] = []
  const counted: string[] = []
  class Plain {
    send(data: unknown): void {
      sent.push(data)
    }
  }
  const Counted = makeCountedSocket(Plain as unknown as typeof WebSocket, (kind) => counted.push(kind))
  const socket = new Counted('ws://x')
  socket.send(Uint8Array.of(0, 2, 1))
  socket.send(Uint8Array.of(1, 2, 1))
  expect([sent.length, counted]).toEqual([2, ['update']])
})

test('[WS10] a throttle sends at once, then at most one value an interval, and always the last', () => {
  const clock = makeClock()
  const sent: number[] = []
  const throttle = makeThrottle<number>(clock, 100, (value) => sent.push(value))
  for (const value of [1, 2, 3]) throttle.push(value)
  expect(sent).toEqual([1])
  clock.pass(99)
  expect(sent).toEqual([1])
  clock.pass(1)
  expect(sent).toEqual([1, 3])
  clock.pass(500)
  throttle.push(4)
  throttle.push(5)
  throttle.close()
  clock.pass(500)
  expect(sent).toEqual([1, 3, 4])
})
