/** Loading the page and using it, against a real server. */
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright'
import type { Caller } from '#tests/support/caller.ts'
import { untilIdle } from '../support/server.ts'
import { duration, median, type Row } from '../support/report.ts'

/** An instance with an invented name, and the output token that stands for it. */
const link = '/w/newsroom?i=newsroom-test-1&t=o16'

const row = (what: string, ours: string, goal: string): Row => ({ what, ours, reference: '', ratio: '', goal })
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB`
const middle = (milliseconds: readonly number[]): string =>
  `${duration(median(milliseconds) / 1000)} (${duration(Math.min(...milliseconds) / 1000)} to ${duration(Math.max(...milliseconds) / 1000)})`

export async function measureLoading(
  browser: Browser,
  url: string,
  person: Caller,
  times: number,
): Promise<readonly Row[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await enter(context, url, person)
  const rows = [
    row('JavaScript of the first page, gzipped', kilobytes(await weigh(context, url)), '≤ 250 KB'),
    row('JavaScript of a workspace, gzipped', kilobytes(await weigh(context, `${url}${link}`)), ''),
    row(
      'what of it comes before the first picture',
      kilobytes(await weigh(context, `${url}${link}`, '.workspace')),
      '≤ 250 KB',
    ),
  ]
  const [page, plain, slowed, switched]: [number[], Opened[], Opened[], number[]] = [[], [], [], []]
  for (let turn = 0; turn < times; turn++) {
    page.push(await openFirstPage(context, url))
    plain.push(await open(context, url, 1))
    slowed.push(await open(context, url, 4))
    switched.push(await moveOn(context, url))
  }
  await context.close()
  rows.push(
    row('the first page takes a click, slowed four times', middle(page), '≤ 1.5 s'),
    row('a workspace is on screen', middle(plain.map(({ shown }) => shown)), ''),
    row('its word is coloured', middle(plain.map(({ coloured }) => coloured)), ''),
    row('a workspace is on screen, slowed four times', middle(slowed.map(({ shown }) => shown)), '≤ 1.5 s'),
    row('its word is coloured, slowed four times', middle(slowed.map(({ coloured }) => coloured)), ''),
    row('another instance is on screen after its key was pressed', middle(switched), '≤ 400 ms'),
  )
  for (const { what, ours } of rows) console.log(`${what}: ${ours}`)
  return rows
}

/** Signs in, and has computed what two instances show, so that what is measured later is the page. */
async function enter(context: BrowserContext, url: string, person: Caller): Promise<void> {
  const page = await context.newPage()
  await page.goto(url)
  await page.getByLabel('Display name').fill('Bench')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.goto(`${url}${link}`)
  await untilColoured(page, 60_000)
  for (const key of [']', '[']) {
    await page.keyboard.press(key)
    await page.waitForTimeout(2_000)
    await untilIdle(person)
  }
  await page.close()
}

/** Bytes of all scripts that a page loads by itself, or until something is on screen, each compressed as a server would. */
async function weigh(context: BrowserContext, address: string, until?: string): Promise<number> {
  const page = await context.newPage()
  const sizes: Promise<number>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    sizes.push(response.body().then((body) => gzipSync(body).byteLength))
  })
  await page.goto(address, { waitUntil: until === undefined ? 'networkidle' : 'commit' })
  if (until !== undefined) await page.locator(until).waitFor()
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  await page.close()
  return bytes
}

/** Milliseconds after the address was asked for. */
interface Opened {
  /** The panes are there and take clicks and keys. */
  readonly shown: number
  /** The linked word's colours are on screen. */
  readonly coloured: number
}

async function open(context: BrowserContext, url: string, slowdown: number): Promise<Opened> {
  const page = await openSlowed(context, slowdown)
  const begin = performance.now()
  await page.goto(`${url}${link}`, { waitUntil: 'commit' })
  await page.waitForFunction(() => document.querySelector('.workspace') !== null, undefined, { polling: 'raf' })
  const shown = performance.now() - begin
  await untilColoured(page, 60_000)
  const coloured = performance.now() - begin
  await page.close()
  return { shown, coloured }
}

async function openFirstPage(context: BrowserContext, url: string): Promise<number> {
  const page = await openSlowed(context, 4)
  const begin = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.getByRole('button', { name: 'New workspace' }).first().click({ trial: true })
  const took = performance.now() - begin
  await page.close()
  return took
}

async function openSlowed(context: BrowserContext, rate: number): Promise<Page> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate })
  return page
}

/** Milliseconds from the key for the next instance until its words are there; the page is at rest before. */
async function moveOn(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage()
  await page.goto(`${url}${link}`)
  await untilColoured(page, 60_000)
  await page.waitForTimeout(3_000)
  const before = await page.locator('.pane.instance .mono').first().innerText()
  const begin = performance.now()
  await page.keyboard.press(']')
  await page.waitForFunction(
    (id) => {
      const shown = document.querySelector('.pane.instance .mono')?.textContent
      return shown !== id && document.querySelector('[data-lane="output"] .tok') !== null
    },
    before,
    { polling: 'raf' },
  )
  const took = performance.now() - begin
  await page.close()
  return took
}

async function untilColoured(page: Page, timeout: number): Promise<void> {
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('[data-lane="source"]')?.dataset['coloured'] ?? 0) > 0,
    undefined,
    { polling: 'raf', timeout },
  )
}
