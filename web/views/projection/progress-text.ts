/** What a layout under way says. Pure. */
import { count } from '#web/marks/numbers.ts'
import type { Analysis } from '#web/state/analyses.ts'
import type { Method } from './parameter-texts.ts'
import { methodNames } from './parameter-texts.ts'

/** "Layer 3: epoch 320 of 500", or what it waits for. */
export function progressText(method: Method, { phase, progress }: Analysis): string {
  const name = methodNames[method]
  if (phase.kind === 'asking') return `${name}: asking the server`
  if (progress === null) {
    const position = phase.kind === 'running' ? phase.run.position : null
    return position === null ? `${name}: waiting to start` : `${name}: waiting for ${count(position)} before it`
  }
  // How far it is stands in the bar.
  return progress.stage.charAt(0).toUpperCase() + progress.stage.slice(1)
}

/** A message that another sentence may follow: the server ends its own as they come. */
export const sentence = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`)
