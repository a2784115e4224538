/** A corpus comes in through the first page: by mouse, and by keyboard alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, describe, expect, it } from 'vitest'
import { missingChromium } from '#tests/support/chromium.ts'
import { visitServer } from './visited-server.ts'
import { findBarriers } from './visitors.ts'

const missing = missingChromium()

const csv = `key;article;headline;topic
a;"A storm hit the coast; homes lost power.";Storm hits coast.;weather
b;The town opened a library.;Library opens.;culture
b;An id that is used twice.;Twice.;culture
c;Too few
`

describe.skipIf(missing !== null)(`bringing a corpus in${missing === null ? '' : ` (${missing})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-import-'))
  const house = visitServer({ prepare: () => writeFileSync(join(folder, 'news.csv'), csv) })
  afterAll(() => rmSync(folder, { recursive: true }))

  const made = async (page: Page): Promise<void> => {
    await page.waitForURL(/\/w\/[a-z0-9]{20}/)
    await page.getByText('A storm hit the coast').first().waitFor()
  }

  it('[EI1] by mouse: the file is shown with its faults, a column is chosen, and the rest is taken', async () => {
    const { page } = await house.visitors.enter('Ana', house.server.url)
    await page.getByRole('button', { name: 'New workspace' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'New workspace' })
    await dialog.getByLabel('Name', { exact: true }).fill('Storms')
    await dialog.locator('input[type=file]').setInputFiles(join(folder, 'news.csv'))
    await dialog.getByText('2 rows, 4 columns').waitFor()
    expect(await dialog.getByRole('combobox', { name: 'Separated by' }).inputValue()).toBe(';')
    await dialog.getByText('the id "b" was used in line 3; every row needs its own').waitFor()
    // Without the ids of the file that row is in no doubt.
    await dialog.getByRole('combobox', { name: 'Id' }).selectOption('The number of the row')
    await dialog.getByText('1 of 4 rows cannot be taken.').waitFor()
    const make = dialog.getByRole('button', { name: 'Make workspace' })
    expect(await make.isDisabled()).toBe(true)
    expect(await findBarriers(page)).toEqual([])
    await dialog.getByRole('checkbox', { name: 'Leave them out and take the other 3' }).check()
    await make.click()
    await made(page)
  })

  it('[EI2] by keyboard alone: rows are pasted, read and made into a workspace', async () => {
    const { page } = await house.visitors.enter('Ben', house.server.url)
    const tabTo = async (name: string | RegExp, role: Parameters<Page['getByRole']>[0]): Promise<void> => {
      const target = page.getByRole(role, { name }).first()
      for (let presses = 0; presses < 60; presses++) {
        if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`Tab does not reach ${String(name)}`)
    }
    await tabTo('New workspace', 'button')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'New workspace' }).waitFor()
    await tabTo('Name', 'textbox')
    await page.keyboard.type('Pasted')
    await tabTo('File', 'radio')
    await page.keyboard.press('ArrowLeft')
    await tabTo('Rows', 'textbox')
    await page.keyboard.insertText(
      '{"id": "x", "source": "A storm hit the coast."}\n{"id": "y", "source": "The sun shone."}',
    )
    await tabTo('Read them', 'button')
    await page.keyboard.press('Enter')
    await page.getByText('2 rows, 2 columns').waitFor()
    await tabTo('Make workspace', 'button')
    await page.keyboard.press('Enter')
    await made(page)
  })
})
