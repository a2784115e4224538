import type { Page } from 'playwright'
import { decodeSafetensors } from '#compute/index.ts'
import type { Attribution } from '#compute/types.ts'
import { paths } from '#server/wire/paths.ts'
import { percent, plain, signed } from '#web/marks/numbers.ts'
import type { Caller } from '#tests/support/caller.ts'
import { details, flat, type Side } from './workspace-page.ts'

/** The result file of a run, as anybody may fetch it. */
export async function readResult(caller: Caller, workspace: string, hash: string): Promise<Attribution> {
  const response = await caller.ask('GET', paths.result(workspace, hash))
  if (!response.ok) throw new Error(`the result: ${response.status} ${await response.text()}`)
  const tensors = decodeSafetensors(new Uint8Array(await response.arrayBuffer()), 'the result')
  const data = (name: string) => tensors.get(name)?.data
  return Object.fromEntries([...tensors.keys()].map((name) => [name, data(name)])) as unknown as Attribution // its schema is tested elsewhere
}

/** Of one output token: what its row of a result looks like on screen. */
export function expectedText(result: Attribution, index: number): Readonly<Record<string, string>> {
  const outputs = result.objective.length
  const sum = (scores: Float32Array): number => {
    const width = scores.length / outputs
    return scores.slice(index * width, (index + 1) * width).reduce((total, score) => total + score, 0)
  }
  const change = result.objective[index]! - result.baselineObjective[index]!
  const gap = result.gap[index]!
  return {
    source: signed(sum(result.source)),
    earlier: signed(sum(result.prefix)),
    change: signed(change),
    gap: signed(gap, 3),
    share: percent(Math.abs(gap / change)),
    nodes: plain(result.nodes[index]!, 0),
  }
}

/** The same numbers as the panel beside the lanes shows them. */
export async function shownText(page: Page): Promise<Readonly<Record<string, string>>> {
  const text = flat(await details(page).innerText())
  const read = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? `nothing in: ${text}`
  return {
    source: read(/ Source ([+−]?[\d.]+)/),
    earlier: read(/ Earlier output ([+−]?[\d.]+)/),
    change: read(/ Measured change ([+−]?[\d.]+)/),
    gap: read(/Gap ([+−]?[\d.]+) nats/),
    share: read(/nats, ([\d.]+ %) of the change/),
    nodes: read(/, (\d+) nodes/),
  }
}

/** The numbers that stand below tokens: place in the lane and what is written. */
export const labels = (page: Page, side: Side): Promise<readonly (readonly [index: number, text: string])[]> =>
  page.locator(`[data-lane="${side}"]`).evaluate((lane: HTMLElement) =>
    (lane.dataset['written'] ?? '')
      .split(', ')
      .filter((written) => written !== '')
      .map((written) => {
        const [index = '', text = ''] = written.split(' ')
        return [Number(index), text] as const
      }),
  )
