/** Panes as stops for the keyboard: F6 goes from one to the next, and Tab goes on from there into what it holds. */

/** What F6 stops at: every pane, and the guide of a case study. */
const stops = '[data-pane], [data-stop]'

/** Moves the focus to the heading of the pane `by` places further, round and round. */
export function walk(document: Document, by: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(stops)].filter((pane) => pane.querySelector('h2') !== null)
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  const next = panes.at((at < 0 ? (by > 0 ? 0 : -1) : at + by) % Math.max(1, panes.length))
  const heading = next?.querySelector('h2') ?? null
  if (heading !== null) focusText(heading)
}

/** Puts the focus on a text: it is read out, and Tab goes on from there. Tab alone never stops at it. */
export function focusText(text: HTMLElement): void {
  text.tabIndex = -1
  text.focus()
}
