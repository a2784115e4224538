/** What each announcement of the server changes on this page. */
import type { LiveListener } from '#web/collab/live.ts'
import type { Analyses } from './analyses.ts'
import type { App } from './app.ts'
import type { Attributions } from './attributions.ts'
import type { Fields } from './fields.ts'
import type { InstanceList } from './instance-list.ts'
import type { Instances } from './instances.ts'
import type { CorpusPoints } from './points.ts'
import type { Runs } from './runs.ts'

export interface Listening {
  readonly app: App
  readonly instances: Instances
  readonly list: InstanceList
  readonly attributions: Attributions
  readonly analyses: Analyses
  readonly runs: Runs
  readonly fields: Fields
  readonly points: CorpusPoints
  setEnded(reason: string): void
  refetchInfo(): void
  /** Does it once the page rests, unless it is closed before. */
  later(work: () => void): void
}

/** Hands every announcement to the stores that show it. */
export function listenerOf(parts: Listening): LiveListener {
  const { app, instances, list, attributions, analyses, runs, fields, points } = parts
  /** Keys of the studies that were begun while this page was open. */
  const studies = new Set<string>()
  return {
    durable(event) {
      instances.durable(event)
      attributions.durable(event)
      analyses.durable(event)
      runs.durable(event)
      points.durable(event)
      if (event.type === 'run-queued' && event.kind === 'study') studies.add(event.key)
      // A study that has ended may have found something of every row.
      const found = event.type === 'run-done' && studies.delete(event.key)
      if (found || event.type === 'outputs-changed') {
        list.refresh()
        fields.refresh()
      }
      if (event.type === 'workspace-changed') parts.refetchInfo()
      if (event.type === 'workspace-deleted')
        parts.setEnded('This workspace was deleted. Its owner can bring it back from the list of workspaces.')
    },
    progress(key, progress) {
      attributions.progress(key, progress)
      analyses.progress(key, progress)
      runs.progress(key, progress)
    },
    partial(key, converged, _total, bytes) {
      attributions.partial(key, converged, bytes)
      analyses.partial(key, bytes)
    },
    notice: ({ level, text }) => void app.toasts.show(text, { bad: level === 'error' }),
    refresh(first) {
      runs.refresh()
      attributions.refresh()
      analyses.refresh()
      const reread = (): void => {
        list.refresh()
        fields.refresh()
        points.refresh()
        instances.refresh()
        parts.refetchInfo()
      }
      // What the page opened with is a moment old: it is read again once the page rests, for what changed in that moment.
      if (first) parts.later(reread)
      else reread()
    },
    refused: (reason) => parts.setEnded(refusalText(reason)),
  }
}

function refusalText(reason: string): string {
  const texts: Readonly<Record<string, string>> = {
    'signed-out': 'You are signed out. Reload to sign in again.',
    'no-access': 'You no longer have access to this workspace. Ask its owner to invite you.',
    'no-workspace': 'This workspace does not exist any more. Go back to the list of workspaces.',
    'too-many-tabs': 'Coattend is open in too many of your tabs. Close some of them, then reload this one.',
  }
  return (
    (Object.hasOwn(texts, reason) ? texts[reason] : undefined) ?? 'The server refused the connection. Reload to go on.'
  )
}
