/** The parameters of a layout and the part of it that is seen, as a link writes them. Pure. */
import { projectionStudy } from '#server/wire/projection-study.ts'
import type { LayoutParameters } from '#web/state/projection.ts'
import { defaultParameters } from '#web/state/projection.ts'
import type { SeenPart } from './settings.ts'

/** Parameters that are numbers, by their letter. */
const letters = {
  n: 'neighbours',
  d: 'minDistance',
  w: 'spread',
  p: 'perplexity',
  e: 'epochs',
  s: 'seed',
} as const satisfies Readonly<Record<string, keyof LayoutParameters>>

const isLetter = (text: string): text is keyof typeof letters => Object.hasOwn(letters, text)

/** `umap`, or `tsne_cosine_p50_s7`: the method, then what is not as usual. */
export function encodeParameters(parameters: LayoutParameters): string {
  const usual = defaultParameters()
  const numbers = Object.entries(letters).flatMap(([letter, name]) => {
    const value = parameters[name]
    return value === usual[name] || value === null ? [] : [`${letter}${value}`]
  })
  const metric = parameters.metric === usual.metric ? [] : [parameters.metric]
  return [parameters.method, ...metric, ...numbers].join('_')
}

/** undefined where the text names no layout that can be asked for. */
export function parseParameters(text: string): LayoutParameters | undefined {
  const [method, ...rest] = text.split('_')
  const wanted: Record<string, unknown> = { method }
  for (const part of rest) {
    const [letter, number] = [part.slice(0, 1), part.slice(1)]
    if (part === 'cosine' || part === 'euclidean') wanted['metric'] = part
    else if (isLetter(letter) && /^\d+(?:\.\d+)?$/.test(number)) wanted[letters[letter]] = Number(number)
    else return undefined
  }
  const parsed = projectionStudy.safeParse({ kind: 'projection', of: 'corpus', ...wanted })
  if (!parsed.success) return undefined
  const { kind: _kind, of: _of, ...parameters } = parsed.data
  return parameters
}

/** `3.2_-1.25_0.4`: how many times larger than all of it, and the middle in units of the layout; empty for all of it. */
export const encodeSeen = (seen: SeenPart | null): string =>
  seen === null ? '' : [seen.factor, ...seen.middle].map((value) => String(Number(value.toPrecision(4)))).join('_')

/** undefined where the text names no part of a layout. */
export function parseSeen(text: string): SeenPart | null | undefined {
  if (text === '') return null
  const numbers = text.split('_').map(Number)
  const [factor = 0, x = 0, y = 0] = numbers
  if (numbers.length !== 3 || !numbers.every(Number.isFinite) || factor <= 0) return undefined
  return { factor, middle: [x, y] }
}
