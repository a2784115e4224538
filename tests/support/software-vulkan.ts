import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findChromium } from '../../bin/chromium.js'

/**
 * What a process needs in its environment, before it starts, to find the software Vulkan driver that ships with Chromium; null where there is none.
 * The driver and the Vulkan loader lie beside the browser itself, which on some systems is behind a script elsewhere.
 */
export function softwareVulkan(): Readonly<Record<string, string>> | null {
  const chromium = findChromium(process.env)
  if (chromium === null) return null
  const folders = [dirname(realpathSync(chromium)), '/usr/lib/chromium', '/usr/lib64/chromium', '/opt/google/chrome']
  const folder = folders.find((path) => existsSync(join(path, driver)))
  return folder === undefined ? null : { VK_ICD_FILENAMES: join(folder, driver), LD_LIBRARY_PATH: folder }
}

const driver = 'vk_swiftshader_icd.json'
