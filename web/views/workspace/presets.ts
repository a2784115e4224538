/** Four arrangements of the panes, and the shares they start with. What a person moves the handles to is kept per arrangement. */

export const presets = ['explore', 'heads', 'instance', 'write'] as const
export type Preset = (typeof presets)[number]

export const presetTitles: Readonly<Record<Preset, { readonly label: string; readonly title: string }>> = {
  explore: { label: 'Explore', title: 'The corpus on top, the instance below it' },
  heads: { label: 'Heads', title: 'The instance on top, the attention heads over the whole width below it' },
  instance: { label: 'Instance', title: 'The instance on top, corpus and attention heads below it' },
  write: { label: 'Write', title: 'The instance beside wide notes' },
}

/** A handle between two panes: `main` left of the notes, `upper` over `lower`, `corpus` left of the heads. */
export type Handle = 'main' | 'upper' | 'corpus'

/** The share of the first of the two panes that a handle parts, on a page of this size. */
export function defaultShare(
  preset: Preset,
  handle: Handle,
  page: { readonly width: number; readonly height: number },
) {
  switch (handle) {
    case 'main':
      return preset === 'write' ? 0.55 : mainShare(page.width)
    case 'upper':
      return upperShare(preset, page.height)
    case 'corpus':
      return corpusShare(page.width)
  }
}

/** Notes are 288, 320 or 380 px wide, by the width of the page. */
function mainShare(width: number): number {
  const notes = width <= 1360 ? 288 : width >= 1800 ? 380 : 320
  return (width - notes) / width
}

/** About 350 px for the text and its panel, 310 in a low window: a long one scrolls. Where the corpus is on top it gets the greater half. */
function upperShare(preset: Preset, height: number): number {
  const bars = 100
  if (preset === 'explore') return 0.6
  const text = height <= 860 ? 310 : 350
  const share = (preset === 'heads' ? 270 : text) / (height - bars)
  return Math.min(0.5, Math.max(preset === 'heads' ? 0.28 : 0.34, share))
}

/** The heads have a third of the page, at least 400 px. */
function corpusShare(width: number): number {
  const main = width * mainShare(width)
  const heads = width <= 1360 ? 420 : width >= 1800 ? 620 : width * 0.33
  return Math.min(0.7, Math.max(0.4, (main - Math.max(400, heads)) / main))
}
