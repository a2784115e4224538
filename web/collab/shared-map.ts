/** One container of the shared document as a signal: a Map of parsed values that changes when anybody changes it. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type * as Y from 'yjs'
import type { z } from 'zod'
import type { evidence, filter, note, selection, shortLink } from '#collab/wire/document.ts'
import { containers, readAll, readValue } from '#collab/wire/document.ts'
import { identifier } from '#collab/wire/identifiers.ts'

interface Values {
  readonly selections: z.infer<typeof selection>
  readonly filters: z.infer<typeof filter>
  readonly notes: z.infer<typeof note>
  readonly evidence: z.infer<typeof evidence>
  readonly links: z.infer<typeof shortLink>
}

/** The values of a container, and the undo of listening to it. Values that do not fit their schema are left out. */
export function makeSharedMap<C extends keyof Values>(
  doc: Y.Doc,
  container: C,
): { readonly values: Accessor<ReadonlyMap<string, Values[C]>>; close(): void } {
  // `readAll` is generic over the same schemas; TypeScript cannot see that the two tables of types agree.
  const read = (): Map<string, Values[C]> => readAll(doc, container) as Map<string, Values[C]>
  const [values, setValues] = createSignal<ReadonlyMap<string, Values[C]>>(read())
  const map = doc.getMap(containers[container])
  // Only what changed is parsed again: a hundred people moving must not parse everything each time.
  const observer = (event: Y.YMapEvent<unknown>): void => {
    const next = new Map(untrack(values))
    for (const id of event.keysChanged) {
      const value = identifier.safeParse(id).success ? readValue(doc, container, id) : null
      if (value === null) next.delete(id)
      else next.set(id, value as Values[C])
    }
    setValues(next)
  }
  map.observe(observer)
  return { values, close: () => map.unobserve(observer) }
}
