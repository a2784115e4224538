/** What the server is computing for this workspace, for everybody to see. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { DurableEvent, ProgressEvent } from '#collab/wire/events.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Api } from '#web/api/request.ts'
import { cancelRun, readRuns } from '#web/api/runs.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { makeThrottle } from '#web/collab/throttle.ts'

export interface Runs {
  /** Queued or running, in the server's order. */
  readonly active: Accessor<readonly RunReply[]>
  durable(event: DurableEvent): void
  progress(key: string, progress: ProgressEvent): void
  refresh(): void
  cancel(key: string): Promise<void>
  close(): void
}

export function createRuns(api: Api, workspace: string, clock: Clock): Runs {
  const [active, setActive] = createSignal<readonly RunReply[]>([])
  const fetchRuns = makeThrottle<null>(clock, 500, () => {
    void readRuns(api, workspace).then(
      ({ runs }) => setActive(runs),
      // The list is a courtesy: the panes say by themselves when the server is away.
      () => undefined,
    )
  })
  const ended: ReadonlySet<string> = new Set(['run-done', 'run-failed', 'run-cancelled'])
  return {
    active,
    durable(event) {
      if (event.type === 'run-queued') fetchRuns.push(null)
      if (ended.has(event.type) && 'key' in event) setActive((runs) => runs.filter((run) => run.key !== event.key))
    },
    progress(key, progress) {
      if (!untrack(active).some((run) => run.key === key)) return fetchRuns.push(null)
      setActive((runs) => runs.map((run) => (run.key === key ? { ...run, state: 'running', progress } : run)))
    },
    refresh: () => fetchRuns.push(null),
    cancel: (key) => cancelRun(api, workspace, key),
    close: fetchRuns.close,
  }
}
