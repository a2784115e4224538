/** A workspace over a translator of many languages, made through the first page. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { missingChromium } from '#tests/support/chromium.ts'
import { runCommand } from '#tests/support/command-line.ts'
import { makeM2m } from '#tests/support/translators.ts'
import { visitServer } from './visited-server.ts'
import { findBarriers } from './visitors.ts'

const missing = missingChromium()

describe.skipIf(missing !== null)(`languages of a workspace${missing === null ? '' : ` (${missing})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-languages-'))
  const house = visitServer({
    prepare: async (data) => {
      writeFileSync(join(folder, 'rows.jsonl'), '{"id":"a","source":"abcab"}\n{"id":"b","source":"bcabc"}\n')
      const { code, err } = await runCommand(['import', makeM2m(join(folder, 'm2m'))], {
        COATTEND_DATA: data,
        COATTEND_CACHE: join(folder, 'cache'),
      })
      if (code !== 0) throw new Error(`the import failed: ${err}`)
    },
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('[EI3] the form asks for them where the model has any, and the top bar names them', async () => {
    const { page } = await house.visitors.enter('Ana', house.server.url)
    await page.getByRole('button', { name: 'New workspace' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'New workspace' })
    await dialog.getByLabel('Name', { exact: true }).fill('Weather')
    await dialog.locator('input[type=file]').setInputFiles(join(folder, 'rows.jsonl'))
    await dialog.getByText('2 rows').first().waitFor()
    const make = dialog.getByRole('button', { name: 'Make workspace' })
    const writes = dialog.getByLabel('Target language')
    await dialog.getByLabel('Model', { exact: true }).selectOption('phrasebook')
    expect(await writes.count()).toBe(0)
    await expect.poll(() => make.isDisabled()).toBe(false)
    await dialog.getByLabel('Model', { exact: true }).selectOption('m2m')
    expect(await dialog.getByLabel('Source language').inputValue()).toBe('en')
    await dialog.getByText('Choose one: this model must be told.').waitFor()
    expect(await make.isDisabled()).toBe(true)
    await writes.fill('xx')
    await dialog.getByText('Not one of the 8 languages of this model, such as en or ha.').waitFor()
    await writes.fill('German')
    await writes.blur()
    expect(await writes.inputValue()).toBe('de')
    expect(await findBarriers(page)).toEqual([])
    await make.click()
    await page.waitForURL(/\/w\/[a-z0-9]{20}/)
    await page.locator('header').getByText('en → de').waitFor()
    expect(await findBarriers(page)).toEqual([])
  })
})
