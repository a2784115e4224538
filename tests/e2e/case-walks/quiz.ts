import type { Page } from 'playwright'
import { expect } from 'vitest'
import type { Keys } from './guide.ts'
import { atStep, beginByKeys, drawn, guide, next, noBarriers, opensAgain, query, turnByKeys } from './guide.ts'

const titles = {
  conditions: 'Read one question under four conditions',
  accuracy: 'Compare accuracy by condition',
  segments: 'See what answers draw on',
  direction: 'See what raises and lowers the answer',
}

const question = (page: Page, text: string) => guide(page).getByText(`Question “${text}”`)
const prompt = (page: Page, condition: string) => guide(page).getByRole('button', { name: condition, exact: true })
const choice = (page: Page, name: string) => guide(page).getByRole('radio', { name, exact: true })
const column = (page: Page, name: string | RegExp) => guide(page).getByRole('columnheader', { name })

export async function quizByMouse(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^quiz/i }).click()
  await guide(page)
    .getByRole('button', { name: /^Begin/ })
    .click()
  await atStep(page, 'conditions', titles.conditions)
  await question(page, 'ship').waitFor()
  expect(await guide(page).getByRole('row').count()).toBe(5)
  await prompt(page, 'adversarial').click()
  await expect.poll(() => query(page).get('i')).toBe('quiz-test-3')
  await noBarriers(page)
  await guide(page).getByRole('button', { name: 'Next question' }).click()
  await question(page, 'bite').waitFor()
  expect(query(page).get('i')).toBe('quiz-test-4')

  await next(page).click()
  await atStep(page, 'accuracy', titles.accuracy)
  await drawn(page)
  await noBarriers(page)
  await choice(page, 'Table').check({ force: true })
  // Four conditions on two checkpoints.
  await expect.poll(() => guide(page).getByRole('row').count()).toBe(9)

  await next(page).click()
  await atStep(page, 'segments', titles.segments)
  // What is under way is stopped, and begun again.
  await guide(page).getByRole('button', { name: 'Cancel' }).first().click()
  await guide(page).getByRole('button', { name: 'Compute again' }).first().click()
  await drawn(page)
  await noBarriers(page)
  await opensAgain(page)

  await next(page).click()
  await atStep(page, 'direction', titles.direction)
  await drawn(page)
  await choice(page, 'question').check({ force: true })
  await guide(page)
    .getByRole('img', { name: /Contribution of the segment/ })
    .waitFor()
  await choice(page, 'Table').check({ force: true })
  await column(page, 'demonstration labels, nats').waitFor()
  await noBarriers(page)
}

export async function quizByKeys(page: Page, keys: Keys): Promise<void> {
  await beginByKeys(page, keys)
  await atStep(page, 'conditions', titles.conditions)
  await question(page, 'ship').waitFor()
  await keys.tabTo(prompt(page, 'random'), 3)
  await keys.press('Enter')
  await expect.poll(() => query(page).get('i')).toBe('quiz-test-1')
  await keys.tabTo(guide(page).getByRole('button', { name: 'Next question' }), 5)
  await keys.press('Enter')
  await question(page, 'bite').waitFor()
  expect(query(page).get('i')).toBe('quiz-test-4')
  // After the last question comes the first.
  await keys.press('Enter')
  await expect.poll(() => query(page).get('i')).toBe('quiz-test-0')
  await noBarriers(page)

  await keys.press('c')
  await turnByKeys(page, keys, 'accuracy', titles.accuracy)
  await drawn(page)
  await keys.tabTo(choice(page, 'Chart'), 2)
  await keys.press('ArrowRight')
  await expect.poll(() => guide(page).getByRole('row').count()).toBe(9)
  await noBarriers(page)

  await turnByKeys(page, keys, 'segments', titles.segments)
  await drawn(page)
  await keys.tabTo(choice(page, 'Chart'), 2)
  await keys.press('ArrowRight')
  await column(page, 'demonstration options').waitFor()
  await noBarriers(page)

  await turnByKeys(page, keys, 'direction', titles.direction)
  await drawn(page)
  await keys.tabTo(choice(page, 'demonstration labels'), 3)
  await keys.press('ArrowRight', 'ArrowRight')
  await expect.poll(() => choice(page, 'options').isChecked()).toBe(true)
  await opensAgain(page)
}
