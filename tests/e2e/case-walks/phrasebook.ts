import type { Page } from 'playwright'
import { expect } from 'vitest'
import type { Keys } from './guide.ts'
import {
  atStep,
  beginByKeys,
  drawn,
  guide,
  hasFocus,
  heading,
  next,
  noBarriers,
  opensAgain,
  patience,
  query,
  turnByKeys,
} from './guide.ts'

const titles = {
  importance: 'Switch heads off in order',
  roles: 'See what heads do',
  pruning: 'Prune the least important of each kind',
  redundancy: 'Rebuild heads from their neighbours',
  try: 'Prune in one sentence',
}

const slider = (page: Page) => guide(page).getByRole('slider', { name: /Without k/ })
const mark = (page: Page, kind: string) =>
  guide(page).getByRole('button', { name: new RegExp(`^Mark \\d+ of 12 ${kind}`) })
const lastHead = (page: Page) => guide(page).getByRole('button', { name: /^cross L2\.H1: R²/ })

export async function phrasebookByKeys(page: Page, keys: Keys): Promise<void> {
  await beginByKeys(page, keys)
  await atStep(page, 'importance', titles.importance)
  // What is under way is stopped and begun again.
  await keys.tabTo(guide(page).getByRole('button', { name: 'Cancel' }), 3)
  await keys.press('Enter')
  await guide(page).getByRole('button', { name: 'Compute again' }).waitFor()
  await noBarriers(page)
  await keys.press('c')
  await keys.tabTo(guide(page).getByRole('button', { name: 'Compute again' }), 3)
  await keys.press('Enter')
  await drawn(page)
  await noBarriers(page)
  await keys.press('c')
  await keys.tabTo(guide(page).getByRole('radio', { name: 'Chart' }), 2)
  await keys.press('ArrowRight')
  await guide(page).getByRole('columnheader', { name: 'Change, nats' }).waitFor()

  await turnByKeys(page, keys, 'roles', titles.roles)
  const copying = guide(page).getByRole('row').filter({ hasText: 'copying' }).getByRole('button')
  await copying.waitFor({ timeout: patience })
  await keys.tabTo(copying, 8)
  await keys.press('Enter')
  await expect.poll(() => query(page).get('h')).toMatch(/^(encoder|decoder|cross)\.\d\.\d$/)
  await noBarriers(page)

  await turnByKeys(page, keys, 'pruning', titles.pruning)
  await drawn(page)
  await keys.tabTo(guide(page).getByRole('radio', { name: 'Cross' }), 3)
  await keys.press('ArrowLeft')
  await guide(page)
    .getByRole('img', { name: /decoder heads switched off/ })
    .waitFor()
  await keys.tabTo(slider(page), 2)
  await keys.press('Home', 'ArrowRight')
  expect(await slider(page).getAttribute('aria-valuetext')).toBe('2 of 12 decoder heads')
  await keys.tabTo(mark(page, 'decoder'), 2)
  await keys.press('Enter')
  await expect.poll(() => query(page).get('k')?.split('_').length).toBe(2)
  await page.getByRole('radio', { name: 'Without 2' }).waitFor()
  await opensAgain(page)

  await keys.press('c')
  await turnByKeys(page, keys, 'redundancy', titles.redundancy)
  await drawn(page)
  await guide(page).getByText('the heads you marked').first().waitFor()
  // One stop a table, and the arrow keys in it: chart or table, encoder, decoder, cross.
  await keys.tabTo(guide(page).getByRole('grid', { name: 'cross heads' }).getByRole('button').first(), 5)
  await keys.press('ArrowRight', 'Enter')
  await expect.poll(() => lastHead(page).getAttribute('aria-pressed')).toBe('true')
  expect(query(page).get('h')).toBe('cross.2.1')
  await noBarriers(page)

  await turnByKeys(page, keys, 'try', titles.try)
  await keys.tabTo(mark(page, 'cross'), 4)
  await keys.press('Enter')
  await expect.poll(() => query(page).get('k')?.split('_').length).toBe(6)
  await keys.press('Control+z')
  await expect.poll(() => query(page).get('k')?.split('_').length).toBe(2)
  // From pane to pane, and back.
  await keys.press('F6')
  await hasFocus(page.getByRole('heading', { name: 'Notes', exact: true }))
  await keys.press('Shift+F6', 'Shift+F6')
  await hasFocus(page.getByRole('heading', { name: 'Attention' }))
  await keys.press('c')
  await hasFocus(heading(page))
}

export async function phrasebookByMouse(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^phrasebook/i }).click()
  await guide(page)
    .getByRole('button', { name: /^Begin/ })
    .click()
  await atStep(page, 'importance', titles.importance)
  await drawn(page)
  await guide(page).getByRole('radio', { name: 'Table' }).check({ force: true })
  await guide(page).getByRole('columnheader', { name: 'Change, nats' }).waitFor()
  await noBarriers(page)

  await next(page).click()
  await atStep(page, 'roles', titles.roles)
  await guide(page).getByRole('row').filter({ hasText: 'copying' }).getByRole('button').click({ timeout: patience })
  expect(query(page).get('h')).toMatch(/^(encoder|decoder|cross)\.\d\.\d$/)

  await next(page).click()
  await atStep(page, 'pruning', titles.pruning)
  await drawn(page)
  await guide(page).getByRole('radio', { name: 'Encoder' }).check({ force: true })
  await guide(page)
    .getByRole('img', { name: /encoder heads switched off/ })
    .waitFor()
  const track = (await slider(page).boundingBox())!
  await page.mouse.click(track.x + 2, track.y + track.height / 2)
  expect(await slider(page).getAttribute('aria-valuetext')).toBe('0 of 12 encoder heads')
  expect(await mark(page, 'encoder').isDisabled()).toBe(true)
  await page.mouse.click(track.x + track.width - 2, track.y + track.height / 2)
  await mark(page, 'encoder').click()
  await page.getByRole('radio', { name: 'Without 12' }).waitFor()
  await noBarriers(page)

  await next(page).click()
  await atStep(page, 'redundancy', titles.redundancy)
  await drawn(page)
  await lastHead(page).click()
  await expect.poll(() => lastHead(page).getAttribute('aria-pressed')).toBe('true')
  expect(query(page).get('h')).toBe('cross.2.1')
  await guide(page).getByRole('radio', { name: 'Table' }).check({ force: true })
  await guide(page).getByRole('columnheader', { name: 'R²' }).waitFor()
  await noBarriers(page)
  await opensAgain(page)

  await next(page).click()
  await atStep(page, 'try', titles.try)
  await mark(page, 'cross').click()
  await expect.poll(() => query(page).get('k')?.split('_').length).toBe(6)
  await noBarriers(page)
  await guide(page).getByRole('button', { name: 'Mark none' }).click()
  await expect.poll(() => query(page).get('k')).toBeNull()
}
