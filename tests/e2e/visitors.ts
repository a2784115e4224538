import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as AxeCore from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright'
import { openChromium } from '#tests/support/chromium.ts'

/** A person with a browser of their own. */
export interface Visitor {
  readonly name: string
  readonly page: Page
  readonly context: BrowserContext
  leave(): Promise<void>
}

/** How a visitor comes. */
export interface Surroundings {
  readonly dark?: boolean
  /** Sees the instance and the notes alone, so that nothing but the attribution is computed for them. */
  readonly quiet?: boolean
  /** Of the window, CSS pixels; 1440 × 900 otherwise. */
  readonly size?: { readonly width: number; readonly height: number }
  /** Colours of the system in place of the page's. */
  readonly forced?: boolean
  readonly theme?: 'contrast-light' | 'contrast-dark'
  /** Sees the corpus as points; as a table otherwise, where rows are found by their ids. */
  readonly plot?: boolean
}

/** The people of one test file, in one Chromium with a context each. */
export interface Visitors {
  /** Comes with a name, to an address of the server. */
  enter(name: string, url: string, options?: Surroundings): Promise<Visitor>
  /** After each test all leave. What they saw is kept where it failed; where it passed, pages that complained fail it. */
  part(test: { readonly name: string; readonly failed: boolean }): Promise<void>
  close(): Promise<void>
}

/** Ignored by git. */
const keptFolder = fileURLToPath(new URL('screenshots', import.meta.url))

export async function openVisitors(): Promise<Visitors> {
  const browser = await openChromium()
  const present = new Set<Visitor>()
  const complaints: string[] = []
  return {
    async enter(name, url, surroundings = {}) {
      const context = await openContext(browser, surroundings)
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(`${name}: ${error.message}`))
      page.on('console', (message) => {
        if (isComplaint(message.text())) complaints.push(`${name}: ${message.text()}`)
      })
      const visitor = {
        name,
        page,
        context,
        async leave() {
          present.delete(visitor)
          await context.close()
        },
      }
      present.add(visitor)
      await page.goto(url)
      await page.getByRole('textbox', { name: 'Display name' }).fill(name)
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      return visitor
    },
    async part({ name, failed }) {
      for (const visitor of present) {
        if (failed) await keep(visitor, name)
        await visitor.leave()
      }
      const heard = complaints.splice(0)
      if (!failed && heard.length > 0) throw new Error(`the pages complained: ${heard.join(' | ')}`)
    },
    close: () => browser.close(),
  }
}

/** What a policy refused, and promises nobody caught. Requests that fail while a server is away are no fault of the page. */
const isComplaint = (text: string): boolean => /Content Security Policy|unhandled|uncaught/i.test(text)

async function openContext(browser: Browser, surroundings: Surroundings): Promise<BrowserContext> {
  const { dark, quiet, plot, size, forced, theme } = surroundings
  const context = await browser.newContext({
    viewport: size ?? { width: 1440, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    forcedColors: forced ? 'active' : 'none',
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(20_000)
  const preferences = JSON.stringify({
    corpusAs: plot ? 'plot' : 'table',
    preset: quiet ? 'write' : 'instance',
    ...(theme && { theme }),
  })
  await context.addInitScript((text) => {
    if (localStorage.getItem('coattend.preferences') === null) localStorage.setItem('coattend.preferences', text)
  }, preferences)
  await context.tracing.start({ snapshots: true })
  return context
}

async function keep({ name, page, context }: Visitor, test: string): Promise<void> {
  mkdirSync(keptFolder, { recursive: true })
  const path = `${keptFolder}/${/\[(\w+)\]/.exec(test)?.[1] ?? 'test'}-${name}`
  await page.screenshot({ path: `${path}.png` }).catch(() => {}) // the page may have crashed, which the trace tells
  await context.tracing.stop({ path: `${path}.zip` })
}

export interface AxeProblem {
  readonly rule: string
  readonly impact: string
  readonly where: readonly string[]
}

/** What axe has against the page as it is now, by the rules of WCAG 2.2 A and AA. */
export async function findBarriers(page: Page, within = 'html'): Promise<readonly AxeProblem[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  return page.evaluate(async (selector) => {
    const { axe } = globalThis as unknown as { axe: typeof AxeCore } // the script above
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const { violations } = await axe.run(selector, { runOnly: { type: 'tag', values } })
    return violations.map(({ id, impact, nodes }) => ({
      rule: id,
      impact: impact ?? '',
      where: nodes.slice(0, 5).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
    }))
  }, within)
}
