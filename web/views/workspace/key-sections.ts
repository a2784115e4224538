/** The keys as the help lists them. */
import type { PaneName } from './desk.ts'
import { paneNames } from './desk.ts'
import type { KeyBinding, KeyHint } from './keys.ts'

const paneTitles: Readonly<Record<PaneName, string>> = {
  instance: 'Instance',
  projection: 'Projection',
  list: 'Table',
  attention: 'Attention',
  notes: 'Notes',
}

/** Title of the keys that belong to no pane. */
export const everywhere = 'Everywhere'

export interface KeySection {
  readonly title: string
  readonly keys: readonly { readonly shown: string; readonly text: string }[]
}

/** The pane in front, then what acts everywhere, then the other panes; sections without keys are left out. */
export function sectionsOf(
  front: PaneName,
  bindings: readonly KeyBinding[],
  hints: readonly KeyHint[],
): readonly KeySection[] {
  const ofPane = (pane: PaneName): KeySection => ({
    title: paneTitles[pane],
    keys: [...bindings.filter((each) => each.pane === pane), ...hints.filter((each) => each.pane === pane)],
  })
  const all = { title: everywhere, keys: bindings.filter(({ pane }) => pane === undefined) }
  const others = paneNames.filter((pane) => pane !== front).map(ofPane)
  return [ofPane(front), all, ...others].filter(({ keys }) => keys.length > 0)
}
