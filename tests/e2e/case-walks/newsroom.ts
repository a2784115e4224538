import type { Page } from 'playwright'
import { expect } from 'vitest'
import { chosenTokens, token } from '../workspace-page.ts'
import type { Keys } from './guide.ts'
import {
  atStep,
  beginByKeys,
  drawn,
  figure,
  guide,
  heading,
  next,
  noBarriers,
  opensAgain,
  query,
  turnByKeys,
} from './guide.ts'

const titles = {
  names: 'Find the names that no article has',
  entropy: 'Compare doubt at invented and supported names',
  source: 'Look at what an invented name draws on',
  filter: 'Set a filter on doubt',
  missed: 'See what the filter misses',
}

const names = (page: Page) => guide(page).getByRole('table').last().getByRole('button')
const chips = (page: Page) => page.locator('.filter .chip')

export async function newsroomByMouse(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^newsroom/i }).click()
  await guide(page)
    .getByRole('button', { name: /^Begin/ })
    .click()
  await atStep(page, 'names', titles.names)
  await drawn(page)
  await noBarriers(page)
  await guide(page).getByRole('radio', { name: 'Table' }).check({ force: true })
  await guide(page).getByRole('columnheader', { name: 'Invented', exact: true }).waitFor()
  await noBarriers(page)

  await next(page).click()
  await atStep(page, 'entropy', titles.entropy)
  await drawn(page)
  await guide(page)
    .getByText(/AUROC; 50 % is chance/)
    .waitFor()
  await noBarriers(page)

  await next(page).click()
  await atStep(page, 'source', titles.source)
  // The step opens an invented name by itself, at its token; who looks elsewhere comes back by a click.
  await chosenTokens(page).first().waitFor()
  const first = query(page).get('t')
  expect(first).toMatch(/^o\d+$/)
  await token(page, 'output', 0).click()
  expect(query(page).get('t')).toBe('o0')
  await names(page).first().click()
  expect(query(page).get('t')).toBe(first)
  await noBarriers(page)

  await next(page).click()
  await atStep(page, 'filter', titles.filter)
  await drawn(page)
  const flagged = guide(page).getByRole('status').filter({ hasText: 'nats' })
  const before = await flagged.innerText()
  const box = (await figure(page).locator('.draggable').boundingBox())!
  await page.mouse.move(box.x + box.width / 3, box.y + 4)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 4, { steps: 4 })
  await page.mouse.up()
  expect(await flagged.innerText()).not.toBe(before)
  await guide(page).getByRole('button', { name: 'Show flagged summaries only' }).click()
  await chips(page)
    .getByText(/highest entropy|name entropy/i)
    .waitFor()
  await noBarriers(page)
  await opensAgain(page)

  await next(page).click()
  await atStep(page, 'missed', titles.missed)
  await guide(page).getByText('Invented, surest first').waitFor()
  await noBarriers(page)
  await page.goBack()
  await heading(page).getByText(titles.filter).waitFor()
}

export async function newsroomByKeys(page: Page, keys: Keys): Promise<void> {
  await beginByKeys(page, keys)
  await atStep(page, 'names', titles.names)
  await drawn(page)
  await keys.tabTo(guide(page).getByRole('radio', { name: 'Chart' }), 2)
  await keys.press('ArrowRight')
  await guide(page).getByRole('columnheader', { name: 'Invented', exact: true }).waitFor()

  await turnByKeys(page, keys, 'entropy', titles.entropy)
  await drawn(page)
  await noBarriers(page)

  await turnByKeys(page, keys, 'source', titles.source)
  await chosenTokens(page).first().waitFor()
  const first = query(page).get('t')
  // Escape lets go of the token, and the name brings it back.
  await keys.press('Escape')
  await expect.poll(() => query(page).get('t')).toBeNull()
  await keys.tabTo(names(page).first(), 3)
  await keys.press('Enter')
  await expect.poll(() => query(page).get('t')).toBe(first)

  await turnByKeys(page, keys, 'filter', titles.filter)
  await drawn(page)
  const slider = guide(page).getByRole('slider', { name: /Flag from/ })
  await keys.tabTo(slider, 3)
  const before = await slider.getAttribute('aria-valuetext')
  await keys.press('Home')
  expect(await slider.getAttribute('aria-valuetext')).not.toBe(before)
  await keys.press('ArrowRight')
  const filters = await chips(page).allInnerTexts()
  await keys.tabTo(guide(page).getByRole('button', { name: 'Show flagged summaries only' }), 2)
  await keys.press('Enter')
  await expect.poll(() => chips(page).allInnerTexts()).not.toEqual(filters)
  await noBarriers(page)
  await keys.press('Control+z')
  await expect.poll(() => chips(page).allInnerTexts()).toEqual(filters)
  await opensAgain(page)

  await keys.press('c')
  await turnByKeys(page, keys, 'missed', titles.missed)
  await guide(page).getByText('Invented, surest first').waitFor()
  await keys.press('<')
  await atStep(page, 'filter', titles.filter)
}
