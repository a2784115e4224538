import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import type { DiskReply } from '#server/wire/disk.ts'
import { readDisk } from '#web/api/checkpoints.ts'
import { bytes } from '#web/marks/numbers.ts'
import { createEffect, For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'

const parts: readonly (readonly [Exclude<keyof DiskReply, 'directory' | 'free'>, string])[] = [
  ['database', 'Database'],
  ['results', 'Results'],
  ['states', 'Hidden states'],
  ['checkpoints', 'Checkpoints'],
  ['cache', 'Cache'],
]

/** What the data directory takes, by kind, and what is left. */
export function DiskUse(): JSX.Element {
  const app = useApp()
  const [disk, setDisk] = createSignal<DiskReply | null>(null)
  createEffect(() => {
    if (app.person() === null) return
    readDisk(app.api).then(setDisk, () => setDisk(null))
  })
  return (
    <Show when={disk()}>
      {(present) => (
        <section class="disk" aria-labelledby="h-disk">
          <h2 id="h-disk">On disk</h2>
          <dl>
            <For each={parts}>
              {([part, name]) => (
                <div>
                  <dt>{name}</dt>
                  <dd>{bytes(present()[part])}</dd>
                </div>
              )}
            </For>
            <div>
              <dt>Free</dt>
              <dd>{bytes(present().free)}</dd>
            </div>
          </dl>
          <p class="mono">{present().directory}</p>
        </section>
      )}
    </Show>
  )
}
