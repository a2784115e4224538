import { type Browser, chromium } from 'playwright'
import { findChromium } from '../../bin/chromium.js'

/** A fresh profile that asks nobody outside for anything, also in a container with a small /dev/shm. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
]

/**
 * Why there is no Chromium, or null. Tests that need one count as skipped without it, and say so:
 * `describe.skipIf(missingChromium() !== null)(...)`.
 */
export function missingChromium(): string | null {
  if (findChromium(process.env) !== null) return null
  return 'no Chromium on this machine: run `npm test`, which fetches one, or name one with COATTEND_CHROMIUM'
}

/** Starts a headless Chromium with a profile of its own; the caller closes it. */
export async function openChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium(process.env)
  if (executablePath === null) throw new Error(`internal: ${missingChromium()}`)
  return chromium.launch({ executablePath, args: [...quiet, ...args] })
}
