import { describe, expect, it } from 'vitest'
import { missingChromium } from '#tests/support/chromium.ts'
import { visitServer } from './visited-server.ts'
import type { Visitor } from './visitors.ts'
import {
  brackets,
  chosenTokens,
  details,
  flat,
  noteEditor,
  openRow,
  readNote,
  token,
  untilColoured,
  untilConverged,
  untilSaved,
} from './workspace-page.ts'

const missing = missingChromium()

const sortLetters = (text: string): string => Array.from(text).toSorted().join('')

describe.skipIf(missing !== null)(`two people in one workspace${missing === null ? '' : ` (${missing})`}`, () => {
  const house = visitServer({ outputs: ['phrasebook'] })

  const enter = (name: string, query = ''): Promise<Visitor> =>
    house.visitors.enter(name, `${house.server.url}/w/phrasebook${query}`)

  async function startNote({ page }: Visitor, title: string): Promise<void> {
    await page.getByRole('button', { name: '+ Hypothesis' }).first().click()
    await page.getByRole('textbox', { name: 'Hypothesis in one sentence' }).fill(title)
    await noteEditor(page).waitFor()
  }

  async function openNote({ page }: Visitor, title: string): Promise<void> {
    await page.getByRole('button', { name: title, exact: true }).click()
    await noteEditor(page).waitFor()
  }

  it('[EB1] what one selects is attributed and seen by the other, live, who is seen too', async () => {
    const ana = await enter('Ana')
    await openRow(ana.page, 'phrasebook-test-2')
    await token(ana.page, 'output', 1).click()
    await untilColoured(ana.page)
    // Who comes later without a link starts where the others are.
    const ben = await enter('Ben')
    await ben.page.getByRole('button', { name: 'Stop following Ana' }).waitFor()
    await ana.page.getByRole('button', { name: /^Follow Ben/ }).waitFor()
    await ana.page.getByRole('group', { name: '2 people here' }).waitFor()
    await brackets(ben.page, 'output', 1).waitFor()
    await untilColoured(ben.page)
    expect(await chosenTokens(ben.page).getAttribute('data-i')).toBe('1')
    await token(ana.page, 'output', 4).click()
    await brackets(ben.page, 'output', 4).waitFor()
    await expect.poll(() => chosenTokens(ben.page).getAttribute('data-i')).toBe('4')
    // Whoever moves by themselves follows no more; the other's choice stays an outline and changes nothing.
    await token(ben.page, 'output', 2).click()
    await brackets(ana.page, 'output', 2).waitFor()
    expect(await chosenTokens(ana.page).getAttribute('data-i')).toBe('4')
    expect(await chosenTokens(ben.page).getAttribute('data-i')).toBe('2')
    await ben.leave()
    await ana.page.getByRole('group', { name: '1 person here' }).waitFor()
    await expect.poll(() => brackets(ana.page, 'output', 2).count()).toBe(0)
  })

  it('[EB2] two write in one note at once and end with the same text', async () => {
    const ana = await enter('Ana')
    const ben = await enter('Ben')
    await startNote(ana, 'Both write here')
    await openNote(ben, 'Both write here')
    await noteEditor(ana.page).click()
    await ana.page.keyboard.type('Start. ')
    await expect.poll(() => readNote(ben.page)).toBe('Start. ')
    await noteEditor(ben.page).click()
    await Promise.all([
      ana.page.keyboard.type('Ana sees the article. ', { delay: 15 }),
      ben.page.keyboard.type('Ben sees the noun. ', { delay: 20 }),
    ])
    await Promise.all([untilSaved(ana.page), untilSaved(ben.page)])
    await expect.poll(async () => (await readNote(ana.page)) === (await readNote(ben.page))).toBe(true)
    const text = await readNote(ana.page)
    // Every letter of both is there, each in its own order, whatever came between them.
    expect(sortLetters(text)).toBe(sortLetters('Start. Ana sees the article. Ben sees the noun. '))
  })

  it('[EB3] a reload finds instance, token, options and the note', async () => {
    const ana = await enter('Ana')
    await openRow(ana.page, 'phrasebook-test-4')
    await token(ana.page, 'output', 2).click()
    await ana.page.keyboard.press('o')
    await ana.page.getByRole('combobox', { name: /^Baseline/ }).selectOption('zero')
    await ana.page.keyboard.press('Escape')
    await untilConverged(ana.page)
    await startNote(ana, 'Found again')
    await noteEditor(ana.page).click()
    await ana.page.keyboard.type('It stays.')
    await untilSaved(ana.page)
    const before = await untilConverged(ana.page)
    expect(before).toContain('baseline zero')
    await ana.page.reload()
    await expect.poll(() => untilConverged(ana.page)).toBe(before)
    expect(await chosenTokens(ana.page).getAttribute('data-i')).toBe('2')
    expect(await ana.page.locator('.pane.instance .mono').first().innerText()).toBe('phrasebook-test-4')
    await openNote(ana, 'Found again')
    await expect.poll(() => readNote(ana.page)).toBe('It stays.')
  })

  it('[EB4] edits that were said to be saved outlive a killed server, and the browsers come back by themselves', async () => {
    const ana = await enter('Ana')
    const ben = await enter('Ben')
    await startNote(ana, 'Killed twice')
    await openNote(ben, 'Killed twice')
    await noteEditor(ana.page).click()
    await ana.page.keyboard.type('One. ')
    await untilSaved(ana.page)
    await house.server.kill()
    await Promise.all([ana, ben].map(({ page }) => page.locator('[data-save="offline"]').waitFor()))
    // Written while there is no server: kept in the page, sent later.
    await noteEditor(ben.page).click()
    await ben.page.keyboard.press('Control+End')
    await ben.page.keyboard.type('Two. ')
    await house.startAgain()
    await Promise.all([untilSaved(ana.page), untilSaved(ben.page)])
    await expect.poll(() => readNote(ana.page)).toBe('One. Two. ')
    await ana.page.getByRole('group', { name: '2 people here' }).waitFor()
    // Nobody is left who could bring back what the server forgot.
    await house.server.kill()
    await Promise.all([ana.leave(), ben.leave()])
    await house.startAgain()
    const cleo = await enter('Cleo')
    await openNote(cleo, 'Killed twice')
    await expect.poll(() => readNote(cleo.page)).toBe('One. Two. ')
  })

  it('[EB8] a panel whose code does not arrive says so, and comes once it can be loaded', async () => {
    const { page } = await enter('Ana')
    await page.route('**/assets/*.js', (route) => route.abort())
    await page.getByRole('button', { name: 'Share' }).click()
    const missing = page.getByRole('dialog', { name: 'This panel could not be loaded' })
    await missing.waitFor()
    await page.unroute('**/assets/*.js')
    await missing.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('dialog', { name: /^Share “/ }).waitFor()
    await missing.waitFor({ state: 'detached' })
  })

  it('[EB5] a link that was copied shows a second person the same numbers', async () => {
    const ana = await enter('Ana')
    await openRow(ana.page, 'phrasebook-test-5')
    await token(ana.page, 'output', 3).click()
    const seen = await untilConverged(ana.page)
    await ana.page.getByRole('button', { name: 'Copy link' }).click()
    await ana.page.getByText('Link copied.').waitFor()
    const link = await ana.page.evaluate(() => navigator.clipboard.readText())
    const ben = await house.visitors.enter('Ben', link)
    await expect.poll(() => untilConverged(ben.page)).toBe(seen)
    expect(flat(await details(ben.page).innerText())).toBe(flat(await details(ana.page).innerText()))
  })

  it('[EB6] a chip brings back instance, token and options, for everybody', async () => {
    const ana = await enter('Ana')
    await openRow(ana.page, 'phrasebook-test-6')
    await token(ana.page, 'output', 4).click()
    await ana.page.keyboard.press('o')
    await ana.page.getByRole('combobox', { name: /^Baseline/ }).selectOption('unk')
    await ana.page.keyboard.press('Escape')
    const seen = await untilConverged(ana.page)
    expect(seen).toContain('unknown')
    await details(ana.page).getByRole('button', { name: 'Add to note' }).click()
    await ana.page.getByRole('dialog').getByRole('button', { name: 'For', exact: true }).click()
    const chip = ana.page.locator('.evidence button.ev').first()
    await chip.waitFor()
    await untilSaved(ana.page)
    const ben = await enter('Ben')
    await openRow(ben.page, 'phrasebook-test-1')
    await ben.page.locator('.evidence button.ev').first().click()
    await expect.poll(() => untilConverged(ben.page)).toBe(seen)
    expect(await chosenTokens(ben.page).getAttribute('data-i')).toBe('4')
    expect(new URL(ben.page.url()).search).toBe(new URL(ana.page.url()).search)
  })

  it('[EB7] undo takes back one’s own choice and leaves the other’s alone', async () => {
    const ana = await enter('Ana')
    const ben = await enter('Ben')
    for (const { page } of [ana, ben]) await openRow(page, 'phrasebook-test-7')
    await token(ana.page, 'output', 1).click()
    await token(ana.page, 'output', 3).click()
    await token(ben.page, 'output', 2).click()
    await brackets(ana.page, 'output', 2).waitFor({ state: 'attached' })
    await ana.page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => chosenTokens(ana.page).getAttribute('data-i')).toBe('1')
    expect(await chosenTokens(ben.page).getAttribute('data-i')).toBe('2')
    await ana.page.getByRole('button', { name: 'Redo' }).click()
    await expect.poll(() => chosenTokens(ana.page).getAttribute('data-i')).toBe('3')
    expect(await chosenTokens(ben.page).getAttribute('data-i')).toBe('2')
  })
})
