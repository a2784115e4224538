import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { missingChromium } from '#tests/support/chromium.ts'
import { visitServer } from './visited-server.ts'
import { type Surroundings, findBarriers } from './visitors.ts'
import { token } from './workspace-page.ts'

const missing = missingChromium()

/** By how many pixels a page is wider than its window: WCAG 1.4.10 allows none for text. */
const readExcess = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth))

const narrow = { width: 320, height: 640 }
/** 1280 × 800 at 200 %. */
const zoomed = { width: 640, height: 400 }

describe.skipIf(missing !== null)(`pages in other surroundings${missing === null ? '' : ` (${missing})`}`, () => {
  const house = visitServer({ outputs: ['phrasebook'] })

  it.each<[string, Surroundings]>([
    ['320 px wide, dark with high contrast', { size: narrow, theme: 'contrast-dark' }],
    ['at 200 %, light with high contrast', { size: zoomed, theme: 'contrast-light' }],
    ['in the colours of the system', { forced: true }],
  ])('[EA1] no page and no dialog is cut off or stands in anybody’s way %s', async (_, surroundings) => {
    const { page } = await house.visitors.enter('Ana', house.server.url, surroundings)
    const problems: unknown[] = []
    const look = async (what: string): Promise<void> => {
      const [barriers, excess] = [await findBarriers(page), await readExcess(page)]
      if (barriers.length > 0 || excess > 0) problems.push({ what, barriers, excess })
    }
    await page.getByRole('link', { name: /^phrasebook/i }).waitFor()
    await look('the first page')
    await page.getByRole('button', { name: 'New workspace' }).first().click()
    await page.getByRole('radio', { name: 'Paste rows' }).check()
    await page.getByRole('textbox', { name: 'Rows' }).fill('id,text\na,one\nb\n')
    await page.getByRole('button', { name: 'Read them' }).click()
    await page.getByText('1 of 2 rows cannot be taken').waitFor()
    await look('a new workspace')
    await page.goto(`${house.server.url}/w/nothing`)
    await page.getByText('This workspace cannot be opened').waitFor()
    await look('no workspace')
    await page.goto(`${house.server.url}/nowhere`)
    await page.getByText('There is nothing at this address').waitFor()
    await look('no page')
    await page.goto(`${house.server.url}/w/phrasebook?i=phrasebook-test-1&t=o1`)
    await token(page, 'source', 1).waitFor()
    await look('the workspace')
    for (const [key, what] of [
      ['?', 'Keys'],
      ['Control+,', 'Preferences'],
      ['Control+k', 'Search'],
    ] as const) {
      await page.keyboard.press(key)
      await page.getByRole('dialog').waitFor()
      await look(what)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByRole('button', { name: 'Show a QR code' }).click()
    await look('Share')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Share “Phrasebook”' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Take the tour' }).click()
    await page.getByText(/^Step \d of 6/).waitFor()
    await look('the tour')
    expect(problems).toEqual([])
  })
})
