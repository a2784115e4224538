import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type axe from 'axe-core'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingChromium, openChromium } from '#tests/support/chromium.ts'
import type { Gallery } from './approved.ts'
import { openGallery } from './approved.ts'
import { buildPage, serveFolder } from './built-page.ts'
import type { Stories } from './page/main.tsx'

declare global {
  interface Window {
    axe: typeof axe
  }
}

/** Between them they show every colour of text: contrast is slow to measure. */
const kinds = [
  'landing',
  'too-long',
  'running',
  'failed',
  'turned-round',
  'followed',
  'notes',
  'case-names',
  'case-redundancy',
  'case-segments',
]

const themes = ['light', 'dark', 'contrast-light', 'contrast-dark'] as const

/** Where pictures of the stories go, for looking at; none are taken where it is not named. */
const pictures = process.env['COATTEND_STORIES']

describe.skipIf(missingChromium() !== null)('the stories', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-stories-'))
  const complaints: string[] = []
  let browser: Browser
  let page: Page
  let server: Awaited<ReturnType<typeof serveFolder>>
  let names: readonly string[] = []
  let gallery: Gallery
  const changed: string[] = []

  beforeAll(async () => {
    await buildPage(join(import.meta.dirname, 'page'), folder)
    server = await serveFolder(folder)
    browser = await openChromium()
    const viewport = { width: 1280, height: 800 }
    page = await browser.newPage({ viewport, reducedMotion: 'reduce', timezoneId: 'UTC', locale: 'en-GB' })
    gallery = await openGallery(browser)
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(String(error.stack)))
    await page.goto(server.origin)
    await page.evaluate(readFileSync(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8'))
    if (complaints.length > 0) throw new Error(complaints.join(' | '))
    names = await page.evaluate(() => window.stories.names)
    // Both weights, before the first picture.
    await page.evaluate(() =>
      Promise.all([document.fonts.load('400 13px Inter'), document.fonts.load('600 13px Inter')]),
    )
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const show = async (name: string, theme: Parameters<Stories['show']>[1]): Promise<void> => {
    await page.evaluate(([story, look]) => window.stories.show(story, look), [name, theme] as const)
    // Bones appear after 300 ms, an editor when its code is there.
    await page.waitForTimeout(name.includes('loading') ? 350 : 60)
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${theme}.png`) })
  }
  const showApproved: typeof show = async (name, theme) => {
    await show(name, theme)
    let difference = await gallery.check(page, `${name}-${theme}`)
    // Parts that load by themselves may come a moment later.
    for (let turn = 0; turn < 5 && difference !== null; turn++) {
      await page.waitForTimeout(300)
      difference = await gallery.check(page, `${name}-${theme}`)
    }
    if (difference !== null) changed.push(difference)
  }

  test('[WS1] every state of the workspace is drawn, and axe finds nothing wrong with it', async () => {
    const found: string[] = []
    for (const name of names) {
      await showApproved(name, 'light')
      found.push(...(await violations(page, name, { rules: { 'color-contrast': { enabled: false } } })))
    }
    expect(names.length).toBeGreaterThan(30)
    expect(found).toEqual([])
    // As many stories as there are.
  }, 600_000)

  test.each(themes)('[WS2] text can be read in every kind of state: %s', async (theme) => {
    const found: string[] = []
    for (const name of kinds) {
      await showApproved(name, theme)
      found.push(...(await violations(page, name, { runOnly: ['color-contrast'] })))
    }
    expect(found).toEqual([])
  })

  test.each([
    ['done', 'Options: method, baseline, precision (O)'],
    ['done', 'How is this computed?'],
    ['done', 'Add to note'],
    ['notes', 'Add a filter for everybody'],
    ['done', 'Share'],
    ['done', 'Search text, tokens, heads, commands'],
    ['done', 'Export Instance'],
    ['done', 'Keys'],
    ['done', 'Theme'],
    ['notes', 'Status: Open'],
    ['landing', 'New workspace'],
  ])('[WS3] what opens over the state "%s" is accessible too: %s', async (name, button) => {
    await show(name, 'light')
    await page.getByRole('button', { name: button, exact: true }).first().click()
    // Some of it is loaded when it is opened first.
    await page.waitForTimeout(300)
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `open-${button.slice(0, 12)}.png`) })
    // A menu floats outside all landmarks, as it should; axe makes that exception for dialogs only.
    expect(await violations(page, button, { rules: { region: { enabled: false } } })).toEqual([])
    await page.keyboard.press('Escape')
  })

  test('[WS21] the figure of a case study has its numbers as a table, as accessible as the drawing', async () => {
    const found: string[] = []
    for (const name of ['case-names', 'case-pruning', 'case-segments']) {
      await show(name, 'light')
      await page.locator('.case-figure').getByRole('radio', { name: 'Table' }).check({ force: true })
      await page.locator('.case-table').waitFor()
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `table-${name}.png`) })
      const difference = await gallery.check(page, `table-${name}-light`)
      if (difference !== null) changed.push(difference)
      found.push(...(await violations(page, `the table of ${name}`, {})))
    }
    expect(found).toEqual([])
  })

  test('[WS11] the palette is worked by keys alone: a head is found, chosen, and comes first the next time', async () => {
    await show('done', 'light')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search text, tokens, heads, commands' }).fill('l2h1')
    await page.getByRole('option', { name: 'cross L2.H1' }).waitFor()
    expect(await violations(page, 'the palette', {})).toEqual([])
    const options = page.getByRole('option')
    const count = await options.count()
    expect(count).toBeGreaterThan(1)
    await page.keyboard.press('ArrowUp')
    expect(await options.nth(count - 1).getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: 'Search text, tokens, heads, commands' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search text, tokens, heads, commands' }).waitFor()
    expect(await page.getByRole('group', { name: 'Recent' }).getByRole('option').first().textContent()).toContain(
      'L2.H1',
    )
    await page.keyboard.press('Escape')
  })

  test('[WS12] preferences, the screen to join by and the tour are accessible in every theme', async () => {
    const found: string[] = []
    for (const theme of themes) {
      await show('done', theme)
      await page.keyboard.press('Control+,')
      await page.getByRole('heading', { name: 'Preferences' }).waitFor()
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `preferences-${theme}.png`) })
      found.push(...(await violations(page, `preferences, ${theme}`, {})))
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Share', exact: true }).click()
      await page.getByRole('button', { name: 'Show a QR code' }).click()
      await page.getByRole('img', { name: /^QR code of/ }).waitFor()
      found.push(...(await violations(page, `the join screen, ${theme}`, {})))
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Search text, tokens, heads, commands' }).fill('tour in six')
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: 'Tour' }).waitFor()
      found.push(...(await violations(page, `the tour, ${theme}`, {})))
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `tour-${theme}.png`) })
    }
    expect(found).toEqual([])
  })

  test('[WS13] on a wall and with colours forced nothing is lost', async () => {
    await show('done', 'light')
    await page.evaluate(() => (document.documentElement.dataset['size'] = 'wall'))
    const least = await page.evaluate(() =>
      Math.min(
        ...[...document.querySelectorAll('.workspace *')]
          .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
          .filter((element) => element.getBoundingClientRect().height > 1)
          .map((element) => Number.parseFloat(getComputedStyle(element).fontSize)),
      ),
    )
    expect(least).toBeGreaterThanOrEqual(8)
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await violations(page, 'forced colours', {})).toEqual([])
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'forced.png') })
    await page.emulateMedia({ forcedColors: 'none' })
  })

  test('[WS8] heads are shown as points and as a table, and the model without some of them, all accessible', async () => {
    await show('heads-two', 'light')
    const pane = page.locator('[data-pane="attention"]')
    const found: string[] = []
    for (const choice of ['Scatter', 'List', 'Map', 'Without 1', 'Curve']) {
      await pane.getByRole('radio', { name: choice, exact: true }).click()
      await page.waitForTimeout(400)
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `heads-as-${choice}.png`) })
      found.push(...(await violations(page, `heads as ${choice}`, { rules: { 'color-contrast': { enabled: false } } })))
    }
    expect(found).toEqual([])
  })

  test('[WS4] an open note is an editor with chips', async () => {
    await show('notes', 'light')
    await page.getByRole('button', { name: '“chemist” is remembered from the name, not read in the article' }).click()
    await page.locator('.cm-content .chip').waitFor()
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'open-note.png') })
    expect(await violations(page, 'an open note', {})).toEqual([])
  })

  test.each([
    ['Pairs', 'done', 'm', 'Strongest pairs, drawn as arcs'],
    ['Lens', 'done', 'l', 'What each layer would write'],
    ['Compare', 'compared-baselines', null, 'Whole output'],
    ['Compare', 'pinned', null, 'This is B'],
  ])('[IV31] the tab %s of the story "%s" is accessible', async (tab, story, key, text) => {
    for (const theme of ['light', 'dark'] as const) {
      await show(story, theme)
      if (key === null) await page.getByRole('tab', { name: tab }).click()
      else await page.keyboard.press(key)
      await page.getByText(text).first().waitFor()
      expect(await page.getByRole('tab', { selected: true }).textContent()).toBe(tab)
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `tab-${tab}-${story}-${theme}.png`) })
      expect(await violations(page, tab, {})).toEqual([])
    }
  })

  test('[WS7] the handle between the panes is moved by arrow keys and by the pointer, and what it was moved to stays', async () => {
    await show('done', 'light')
    const handle = page.getByRole('separator', { name: 'Height of the upper pane' })
    const place = async (): Promise<number> => (await handle.boundingBox())?.y ?? 0
    const start = await place()
    await handle.focus()
    await page.keyboard.press('ArrowUp')
    expect(await place()).toBeLessThan(start - 10)
    await page.mouse.move(300, await place())
    await page.mouse.down()
    await page.mouse.move(300, start + 60, { steps: 4 })
    await page.mouse.up()
    const moved = await place()
    expect(Math.abs(moved - (start + 60))).toBeLessThan(3)
    await show('overview', 'light')
    expect(Math.abs((await place()) - moved)).toBeLessThan(3)
  })

  test('[WS6] 1,024 tokens change their colours in less time than setting as many colours takes, and in twice that time at most where half of the words need another ink', async () => {
    const { usual, painted, bare } = await page.evaluate(() => window.stories.timeRecolouring(1_024, 60))
    console.log(
      `recolouring 1,024 tokens: ${inWords(usual)}, evenly spread ${inWords(painted)}; setting as many colours: ${inWords(bare)}`,
    )
    // A ratio of best times: what else this machine does must not decide.
    expect(Math.min(...usual) / Math.min(...bare)).toBeLessThan(1)
    expect(Math.min(...painted) / Math.min(...bare)).toBeLessThan(2)
  })

  test('[WS20] every story looks as its approved picture, in light, and every kind of state in all four themes', () => {
    expect(gallery.compared).toBeGreaterThan(names.length)
    expect(changed).toEqual([])
  })

  test('[WS5] nothing was said on the console and no policy was violated', () => {
    expect(complaints).toEqual([])
  })
})

const inWords = (times: readonly number[]): string => {
  const median = times.toSorted((left, right) => left - right)[times.length >> 1] ?? 0
  return `median ${median.toFixed(1)} ms, best ${Math.min(...times).toFixed(1)} ms`
}

/** What axe objects to, one line each. */
async function violations(page: Page, name: string, options: axe.RunOptions): Promise<readonly string[]> {
  const results = await page.evaluate(
    (given) => window.axe.run(document, { resultTypes: ['violations'], ...given }),
    options,
  )
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${name}: ${id}: ${html.slice(0, 160)}`))
}
