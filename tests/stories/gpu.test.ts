import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingChromium, openChromium } from '#tests/support/chromium.ts'
import { isDevice } from '#web/marks/points/gpu.ts'
import { buildPage, serveFolder } from './built-page.ts'
import type { TwoWays } from './drawing-page/main.ts'

declare global {
  interface Window {
    twoWays: TwoWays
  }
}

test.each([
  ['ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)', true],
  ['Apple M2', true],
  ['Mesa Intel(R) UHD Graphics 620 (KBL GT2)', true],
  ['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)', false],
  ['llvmpipe (LLVM 15.0.7, 256 bits)', false],
  ['ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)', false],
  ['Apple Software Renderer', false],
  ['', false],
])('[GD1] a device is told from a simulation by its name: %s', (name, device) => {
  expect(isDevice(name)).toBe(device)
})

describe.skipIf(missingChromium() !== null)('very many points', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-gpu-'))
  let browser: Browser
  let page: Page
  let server: Awaited<ReturnType<typeof serveFolder>>

  beforeAll(async () => {
    await buildPage(join(import.meta.dirname, 'drawing-page'), folder)
    server = await serveFolder(folder)
    browser = await openChromium()
    page = await browser.newPage()
    await page.goto(server.origin)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each([
    // Squares lie on the same pixels: only colours are rounded otherwise.
    ['squares', 12_000, 1, false, { mean: 0.2, far: 0.0001 }],
    ['squares, some chosen', 12_000, 1, true, { mean: 0.3, far: 0.0001 }],
    // Where many faint marks lie over each other the rasteriser, which cuts off, stays a little behind.
    ['squares that let shine through', 80_000, 1, true, { mean: 1, far: 0.01 }],
    ['discs', 300, 1, false, { mean: 0.5, far: 0.01 }],
    ['large discs, some chosen', 300, 3, true, { mean: 0.1, far: 0.01 }],
    ['few of many, from very near', 80_000, 200, false, { mean: 0.1, far: 0.001 }],
  ] as const)('[GD2] WebGL 2 draws what the rasteriser draws: %s', async (_kind, count, zoom, chosen, most) => {
    const found = await page.evaluate(([points, factor, some]) => window.twoWays.compare(points, factor, some), [
      count,
      zoom,
      chosen,
    ] as const)
    expect(found.drawn).toBeGreaterThan(0.0005)
    expect(found.mean).toBeLessThan(most.mean)
    expect(found.far).toBeLessThan(most.far)
  })

  test('[GD3] above 200,000 points the device draws over the canvas, and once it is lost the processor draws as if it had never been', async () => {
    const life = await page.evaluate(() => window.twoWays.live(210_000, true))
    expect(life.canvases).toEqual([1, 2, 1])
    expect(life.afterwards).toMatchObject({ mean: 0, far: 0 })
    expect(life.afterwards.drawn).toBeGreaterThan(0.1)
    expect(life.disagreed / life.asked).toBeLessThan(0.02)
  })

  test('[GD4] a simulated device is left alone, and few points too', async () => {
    expect((await page.evaluate(() => window.twoWays.live(210_000, false))).canvases).toEqual([1, 1, 1])
    expect((await page.evaluate(() => window.twoWays.live(20_000, true))).canvases).toEqual([1, 1, 1])
  })
})
