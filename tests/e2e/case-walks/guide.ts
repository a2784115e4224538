import type { Locator, Page } from 'playwright'
import { expect } from 'vitest'
import { findBarriers } from '../visitors.ts'

export const guide = (page: Page): Locator => page.getByRole('region', { name: /^Case: / })
export const figure = (page: Page): Locator => guide(page).getByRole('figure')
export const heading = (page: Page): Locator => guide(page).getByRole('heading', { level: 3 })
export const next = (page: Page): Locator => guide(page).getByRole('button', { name: /^Next: / })
export const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams

/** What a study may take on a machine that has other things to do. */
export const patience = 240_000

/** The figure says what it is of only when its numbers are there, and is whole once nothing of it is under way. */
export async function drawn(page: Page): Promise<void> {
  await figure(page)
    .getByText(/(3 of 3|8 of 8) (summaries|sentences|prompts)/)
    .waitFor({ timeout: patience })
  await guide(page).locator('.progress-line').first().waitFor({ state: 'detached', timeout: patience })
}

/** The step is open, its address names it, and nothing on the page is in anybody's way. */
export async function atStep(page: Page, step: string, title: string): Promise<void> {
  await heading(page).getByText(title).waitFor()
  expect(query(page).get('case')).toBe(step)
}

export async function noBarriers(page: Page): Promise<void> {
  expect(await findBarriers(page, 'html')).toEqual([])
}

/** The address of the page as it is, opened anew by the same person, shows the same step and the same choices. */
export async function opensAgain(page: Page): Promise<void> {
  const before = page.url()
  const title = await heading(page).innerText()
  await page.reload()
  await heading(page).getByText(title).waitFor()
  await drawn(page)
  expect(page.url()).toBe(before)
}

/** A person without a mouse: everything they press is counted. */
export interface Keys {
  readonly pressed: () => number
  press(...keys: readonly string[]): Promise<void>
  /** Presses Tab until this has the focus, at most so many times; going back with Shift. */
  tabTo(target: Locator, most: number, back?: 'back'): Promise<void>
}

export function keysOf(page: Page): Keys {
  let pressed = 0
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      await page.keyboard.press(key)
      pressed++
    }
  }
  return {
    pressed: () => pressed,
    press,
    async tabTo(target, most, back) {
      await target.first().waitFor()
      for (let presses = 0; presses <= most; presses++) {
        if (await target.first().evaluate((element) => element === document.activeElement)) return
        await press(back === undefined ? 'Tab' : 'Shift+Tab')
      }
      const at = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))
      throw new Error(`${most} times Tab did not lead to ${target.toString()}; it led to ${at}`)
    },
  }
}

/** Enters the guide by its key and begins, or reads on where it is open. */
export async function beginByKeys(page: Page, keys: Keys): Promise<void> {
  const begin = guide(page).getByRole('button', { name: /^Begin/ })
  await begin.waitFor()
  await keys.press('c')
  await expect.poll(() => begin.evaluate((element) => element === document.activeElement)).toBe(true)
  await keys.press('Enter')
  await hasFocus(heading(page))
}

/** To the next step by its key; the reader stands at its top. */
export async function turnByKeys(page: Page, keys: Keys, step: string, title: string): Promise<void> {
  await keys.press('>')
  await atStep(page, step, title)
  await hasFocus(heading(page))
}

export async function hasFocus(target: Locator): Promise<void> {
  await expect.poll(() => target.first().evaluate((element) => element === document.activeElement)).toBe(true)
}
