import type { Locator, Page } from 'playwright'
import { expect } from 'vitest'

export type Side = 'source' | 'output'

/** One token of a lane. */
export const token = (page: Page, side: Side, index: number): Locator =>
  page.locator(`[data-lane="${side}"] .tok[data-i="${index}"]`)

export const chosenTokens = (page: Page): Locator => page.locator('[data-lane] .tok[aria-selected="true"]')

/** How many tokens of a lane have a fill. */
export const countColoured = (page: Page, side: Side): Promise<number> =>
  page.locator(`[data-lane="${side}"]`).evaluate((lane: HTMLElement) => Number(lane.dataset['coloured'] ?? 0))

/** Waits until the source has colours. */
export async function untilColoured(page: Page): Promise<void> {
  await expect.poll(() => countColoured(page, 'source'), { timeout: 30_000, interval: 20 }).toBeGreaterThan(0)
}

/** The panel beside the lanes. */
export const details = (page: Page): Locator => page.getByRole('complementary', { name: 'Details of the chosen token' })

/** The line that says how far the numbers on screen can be trusted. */
export const gapLine = (page: Page): Locator => details(page).getByText(/^Gap /)

/** Waits until the chosen token has a result that converged, and returns what is said about its gap. */
export async function untilConverged(page: Page): Promise<string> {
  const line = details(page)
    .locator('p', { hasText: /Gap .*converged/s })
    .filter({ hasNotText: 'not converged' })
  await line.waitFor({ timeout: 60_000 })
  return flat(await line.innerText())
}

/** Opens an instance by its row in the list. */
export async function openRow(page: Page, id: string): Promise<void> {
  await page
    .getByRole('row')
    .filter({ has: page.getByText(id, { exact: true }) })
    .click()
  await page.locator('.pane.instance .mono', { hasText: id }).waitFor()
  await token(page, 'output', 0).waitFor()
}

/** Writing and white space as one line. */
export const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** Waits until the last edit is said to be saved. */
export async function untilSaved(page: Page): Promise<void> {
  await page.locator('[data-save="saved"]').waitFor({ timeout: 30_000 })
}

export const noteEditor = (page: Page): Locator => page.locator('.note-text .cm-content')

/** The text of the open note, line by line, without the others' carets. */
export const readNote = (page: Page): Promise<string> =>
  noteEditor(page).evaluate((editor) => {
    const copy = editor.cloneNode(true) as Element // of an element
    for (const caret of copy.querySelectorAll('.caret, .cm-widgetBuffer')) caret.remove()
    return [...copy.querySelectorAll('.cm-line')].map((line) => line.textContent ?? '').join('\n')
  })

/** The outlines of others on a token. */
export const brackets = (page: Page, side: Side, index: number): Locator => token(page, side, index).locator('.who')

/** Presses Tab until the focus is on something that matches, as somebody without a mouse does. */
export async function tabTo(page: Page, selector: string, most = 60): Promise<void> {
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
  }
  throw new Error(`${most} times Tab did not lead to ${selector}`)
}
