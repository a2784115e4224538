/**
 * Approved pictures: how each story looked when somebody last looked at it and found it good, half its size. A story is compared with
 * its picture at a quarter of its size, where the way a machine draws letters does not show and a moved, missing or recoloured part
 * does. `COATTEND_APPROVE=1 npm test -- tests/stories` writes them anew; look at them before they are committed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'

const folder = join(import.meta.dirname, 'approved')
const approve = process.env['COATTEND_APPROVE'] !== undefined

/** Share of the small picture that may differ, and by how much of 255 a channel may. */
const tolerated = { share: 0.005, channel: 28 }

export interface Gallery {
  /** How many pictures were compared. */
  readonly compared: number
  /** Compares what is on a page with the approved picture of that name; null where they agree. */
  check(page: Page, name: string): Promise<string | null>
}

export async function openGallery(browser: Browser): Promise<Gallery> {
  const judge = await browser.newPage()
  let compared = 0
  return {
    get compared() {
      return compared
    },
    async check(page, name) {
      if (approve) await page.waitForTimeout(800)
      const shot = (await page.screenshot({ animations: 'disabled', caret: 'hide' })).toString('base64')
      compared++
      const file = join(folder, `${name}.webp`)
      if (approve) {
        await write(judge, file, shot)
        return null
      }
      if (!existsSync(file)) return `${name}: there is no approved picture. Look at the story, then approve it`
      const share = await judge.evaluate(differingShare, [
        urlOf(readFileSync(file).toString('base64'), 'webp'),
        urlOf(shot, 'png'),
        tolerated.channel,
      ] as const)
      return share <= tolerated.share
        ? null
        : `${name}: ${(share * 100).toFixed(1)} % of the picture differs from the approved one`
    },
  }
}

const urlOf = (base64: string, type: 'png' | 'webp'): string => `data:image/${type};base64,${base64}`

async function write(judge: Page, file: string, shot: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, Buffer.from(await judge.evaluate(halved, urlOf(shot, 'png')), 'base64'))
}

/** A picture at half its size, as WebP. Runs in the browser, which reads PNG and writes both. */
async function halved(shot: string): Promise<string> {
  const image = new Image()
  image.src = shot
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.width / 2
  canvas.height = image.height / 2
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/webp', 0.7).slice('data:image/webp;base64,'.length)
}

/** The share of the pixels of two pictures, both drawn 320 wide, in which a channel differs by more than `limit`. */
async function differingShare([approved, shot, limit]: readonly [string, string, number]): Promise<number> {
  const read = async (picture: string): Promise<ImageData> => {
    const image = new Image()
    image.src = picture
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = 320
    canvas.height = Math.round((image.height * 320) / image.width)
    const context = canvas.getContext('2d', { willReadFrequently: true })!
    context.imageSmoothingQuality = 'high'
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    return context.getImageData(0, 0, canvas.width, canvas.height)
  }
  const [left, right] = [await read(approved), await read(shot)]
  if (left.data.length !== right.data.length) return 1
  let differing = 0
  for (let at = 0; at < left.data.length; at += 4) {
    const apart = [0, 1, 2].some((channel) => Math.abs(left.data[at + channel]! - right.data[at + channel]!) > limit)
    if (apart) differing++
  }
  return differing / (left.data.length / 4)
}
