/** What an attribution under way says. */
import { count, share } from '#web/marks/numbers.ts'
import type { Entry, Phase } from '#web/state/attributions.ts'
import { methodNames, toleranceText } from './explanations.ts'

/** "Integrated gradients: 24 of 31 outputs within 1 % gap", or what it waits for. */
export function progressText(phase: Extract<Phase, { kind: 'running' }>, entry: Entry | null, me: string): string {
  const method = entry ? methodNames[entry.options.method] : 'Attribution'
  const { run, progress, converged } = phase
  if (run.state === 'queued' && progress === null) {
    return run.position ? `${method}: waiting for ${count(run.position)} before it` : `${method}: waiting to start`
  }
  const by = run.startedBy && run.startedBy.id !== me ? ` (started by ${run.startedBy.name})` : ''
  if (entry === null || entry.options.method !== 'integrated-gradients' || 'nodes' in entry.options.quadrature) {
    return `${method}: ${progress ? `${share(progress.done, progress.total)} outputs` : 'starting'}${by}`
  }
  return `${method}: ${share(converged, entry.targets)} outputs within ${toleranceText(entry.options)} gap${by}`
}
