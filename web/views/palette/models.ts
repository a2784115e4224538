/** The other models of this server, to read the open text with one of them beside what is open. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal, untrack } from 'solid-js'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'
import { readCheckpoints } from '#web/api/checkpoints.ts'
import { messageOf } from '#web/errors.ts'
import { readLanguages, usualLanguages } from '#web/marks/language-choice.ts'
import type { App } from '#web/state/app.ts'
import type { Room } from '#web/state/room.ts'
import type { Entry } from './entries.ts'

/** None while no text is open, where nothing may be computed, and until the server has listed them. */
export function createModelEntries(app: App, room: Room): Accessor<readonly Entry[]> {
  const [checkpoints, setCheckpoints] = createSignal<readonly CheckpointReply[]>([])
  // Without the list the palette still finds everything else.
  readCheckpoints(app.api).then(
    (reply) => setCheckpoints(reply.checkpoints),
    () => undefined,
  )
  const entries = createMemo(() => {
    if (untrack(room.selection.view).instance === null || !room.can('run.start')) return []
    const own = untrack(readingModel(room))
    return checkpoints()
      .filter(({ id, summary }) => id !== own && summary !== null)
      .map((checkpoint) => ({
        id: `model:${checkpoint.id}`,
        group: 'Models' as const,
        text: `Compare with ${checkpoint.name}`,
        note: 'checkpoint: what is open becomes B, and the other model reads the same text',
        run: () => void compareWith(app, room, checkpoint),
      }))
  })
  return entries
}

/** The checkpoint that wrote what is open. */
const readingModel =
  (room: Room): Accessor<string> =>
  () => {
    const state = room.instances.current()
    return (state.kind === 'ready' ? state.instance.origin?.checkpoint : null) ?? room.info().checkpoint.id
  }

async function compareWith(app: App, room: Room, { id, summary }: CheckpointReply): Promise<void> {
  const { instance, options } = untrack(room.selection.view)
  if (instance === null) return
  const known = summary?.languages ?? null
  const languages = known && readLanguages(usualLanguages(known), known)
  const checkpoint = id === untrack(room.info).checkpoint.id ? null : id
  try {
    const request = { from: instance, source: null, target: { kind: 'write' }, checkpoint, languages } as const
    const made = await room.instances.derive(request)
    room.selection.select({ pin: { instance, options }, instance: made, token: null })
  } catch (error) {
    app.toasts.show(messageOf(error), { bad: true })
  }
}
