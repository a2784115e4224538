/** Loading the page and using it, against a real server. */
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright'
import { duration, median, type Row } from '../support/report.ts'

/** An instance with an invented name, and the output token that stands for it. */
const link = '/w/newsroom?i=newsroom-test-1&t=o16'

const row = (what: string, ours: string, goal: string): Row => ({ what, ours, reference: '', ratio: '', goal })
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB`
const middle = (milliseconds: readonly number[]): string =>
  `${duration(median(milliseconds) / 1000)} (${duration(Math.min(...milliseconds) / 1000)} to ${duration(Math.max(...milliseconds) / 1000)})`

export async function measureLoading(browser: Browser, url: string, times: number): Promise<readonly Row[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await enter(context, url)
  const rows = [
    row('JavaScript of the first page, gzipped', kilobytes(await weigh(context, url)), '≤ 250 KB'),
    row('JavaScript of a workspace, gzipped', kilobytes(await weigh(context, `${url}${link}`)), '≤ 250 KB'),
  ]
  const cold: number[] = []
  const slowed: number[] = []
  const switched: number[] = []
  for (let turn = 0; turn < times; turn++) {
    cold.push(await open(context, url, 1))
    slowed.push(await open(context, url, 4))
    switched.push(await moveOn(context, url))
  }
  await context.close()
  rows.push(
    row('a workspace is open and coloured', middle(cold), ''),
    row('the same, slowed four times', middle(slowed), '≤ 1.5 s'),
    row('another instance is on screen after its row was clicked', middle(switched), '≤ 400 ms'),
  )
  for (const { what, ours } of rows) console.log(`${what}: ${ours}`)
  return rows
}

/** Signs in, and has the linked word attributed once, so that what is measured later is the page. */
async function enter(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(url)
  await page.getByLabel('Display name').fill('Bench')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.goto(`${url}${link}`)
  await untilColoured(page, 60_000)
  await page.close()
}

/** Bytes of all scripts that a page loads by itself, each compressed as a server would. */
async function weigh(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage()
  const sizes: Promise<number>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    sizes.push(response.body().then((body) => gzipSync(body).byteLength))
  })
  await page.goto(address, { waitUntil: 'networkidle' })
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  await page.close()
  return bytes
}

/** Milliseconds from asking for the address until the linked word's colours are on screen and the page takes a click. */
async function open(context: BrowserContext, url: string, slowdown: number): Promise<number> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const begin = performance.now()
  await page.goto(`${url}${link}`, { waitUntil: 'commit' })
  await untilColoured(page, 60_000)
  const took = performance.now() - begin
  await page.close()
  return took
}

/** Milliseconds from a click on the next row until its words are there. */
async function moveOn(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage()
  await page.goto(`${url}${link}`)
  await untilColoured(page, 60_000)
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
