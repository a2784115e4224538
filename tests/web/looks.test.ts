import { createRoot } from 'solid-js'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import type { Analyses } from '#web/state/analyses.ts'
import { createInstanceList } from '#web/state/instance-list.ts'
import { lookKeys, openLooks, withLooks } from '#web/state/looks.ts'
import { createPreferences } from '#web/state/preferences.ts'
import { createProjection, defaultParameters } from '#web/state/projection.ts'
import { encodeParameters, encodeSeen, parseParameters, parseSeen } from '#web/views/projection/link-text.ts'
import { createDesk } from '#web/views/workspace/desk.ts'
import { lookParts } from '#web/views/workspace/look-parts.ts'
import { makeClock } from './support/clock.ts'

/** Asked nothing here: parameters are set, and nobody looks at the layout. */
const noAnalyses = {} as Analyses

/** One person at one screen, with what their browser keeps. */
function makeSeat(kept = new Map<string, string>()) {
  return createRoot(() => {
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
    }
    const preferences = createPreferences(store)
    const desk = createDesk()
    const api = {
      ask: () => new Promise<never>(() => undefined),
      tell: async () => undefined,
      bytes: async () => new Uint8Array(),
    }
    const room = { projection: createProjection(noAnalyses), list: createInstanceList(api, 'lab', makeClock()) }
    const parts = lookParts({ preferences, desk, room })
    const query = (): string => withLooks(new URLSearchParams(), parts).toString()
    const open = (text: string): readonly string[] => {
      const asked = new URLSearchParams(text)
      return openLooks(parts, asked, asked.has('r'))
    }
    return { kept, preferences, desk, room, parts, query, open }
  })
}

/** Every control of the views at another choice than the usual one. */
const everything = {
  lay: 'explore',
  full: 'attention',
  in: 'words',
  fill: 'attention',
  flow: 'rollout',
  tab: 'compare',
  pair: 'attention-edges',
  arcs: '7',
  of: 'difference',
  as: 'table',
  by: 'column:topic',
  tool: 'lasso',
  steps: 'over',
  layout: 'umap_cosine_n30_d0.1_w1_e300_s7',
  zoom: '3.2_-1.25_0.4',
  find: 'the mayor of',
  sort: '-length',
  own: '1',
  metric: 'role:copying',
  cells: 'difference',
  scale: '0',
  roles: '1',
  heads: 'scatter',
  across: 'entropy',
  up: 'distance',
  column: '3',
  falling: '0',
  below: 'curve',
  pattern: 'both',
  shade: 'linear',
  sink: '0',
  instead: 'mean',
  rows: '24',
  table: '1',
}

describe('how the views are looked at, in a link', () => {
  test('[LK7] every control of the three views is carried, and nothing that is as usual', () => {
    const ana = makeSeat()
    expect(ana.query()).toBe('')
    expect(ana.parts.map(({ key }) => key)).toEqual([...lookKeys])
    expect(Object.keys(everything)).toEqual([...lookKeys])
    const query = new URLSearchParams(everything).toString()
    expect(ana.open(query)).toEqual([])
    expect(ana.query()).toBe(query)
    expect(ana.preferences.values()).toMatchObject({
      preset: 'explore',
      unit: 'words',
      channel: 'attention',
      corpusAs: 'table',
    })
    expect(ana.preferences.values().heads).toMatchObject({
      metric: 'role:copying',
      as: 'scatter',
      hideSink: false,
      rows: 24,
    })
    expect(ana.room.projection.parameters()).toEqual({
      ...defaultParameters(),
      metric: 'cosine',
      neighbours: 30,
      minDistance: 0.1,
      spread: 1,
      epochs: 300,
      seed: 7,
    })
    expect([
      ana.desk.projection.colour(),
      ana.desk.projection.tool(),
      ana.desk.answer(),
      ana.room.list.order(),
    ]).toEqual(['column:topic', 'lasso', 'compare', { sort: 'length', descending: true }])
    expect(ana.desk.projection.seen()).toEqual({ factor: 3.2, middle: [-1.25, 0.4] })
  })

  test.each(lookKeys)('[LK8] what makes no sense is named and changes nothing: %s', (key) => {
    const ana = makeSeat()
    // A search takes any text, so this one is too long; a column that is not there colours nothing.
    const nonsense = key === 'find' || key === 'sort' ? 'x'.repeat(201) : 'no-such'
    expect(
      ana.open(new URLSearchParams({ fill: 'attention', tool: 'brush', [key]: nonsense }).toString()),
    ).toHaveLength(1)
    if (key !== 'fill') expect(ana.preferences.values().channel).toBe('attention')
    if (key !== 'tool') expect(ana.desk.projection.tool()).toBe('brush')
  })

  test('[LK9] a copied link means the picture that was copied, whatever one prefers; an address typed by hand does not', () => {
    const own = JSON.stringify({ unit: 'sentences', heads: { metric: 'entropy', letters: true } })
    const typed = makeSeat(new Map([['coattend.preferences', own]]))
    typed.open('i=a&metric=sink')
    expect(typed.preferences.values()).toMatchObject({ unit: 'sentences', heads: { metric: 'sink', letters: true } })
    const copied = makeSeat(new Map([['coattend.preferences', own]]))
    copied.open('i=a&metric=sink&r=abcdef')
    expect(copied.preferences.values()).toMatchObject({ unit: 'pieces', heads: { metric: 'sink', letters: false } })
  })

  test('[LK10] what a link asks for is not kept in the browser, but what is chosen afterwards is', () => {
    const own = JSON.stringify({ unit: 'sentences', heads: { metric: 'entropy' } })
    const ana = makeSeat(new Map([['coattend.preferences', own]]))
    ana.open('in=words&metric=sink&rows=24')
    ana.preferences.set({ heads: { ...ana.preferences.values().heads, hideSink: false } })
    const kept: unknown = JSON.parse(ana.kept.get('coattend.preferences') ?? '')
    expect(kept).toMatchObject({ unit: 'sentences', heads: { metric: 'entropy', rows: 12, hideSink: false } })
    expect(ana.preferences.values()).toMatchObject({
      unit: 'words',
      heads: { metric: 'sink', rows: 24, hideSink: false },
    })
    ana.preferences.set({ unit: 'pieces' })
    expect(ana.preferences.values().unit).toBe('pieces')
  })

  test('[LK11] parameters of every layout, and every part of it that is seen, come back from their text', () => {
    const config = fuzz(300, 20_000)
    for (const seed of roundSeeds(config)) {
      const random = makeRandom(seed)
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]! // never empty here
      const parameters = {
        method: pick(['pca', 'umap', 'tsne'] as const),
        neighbours: pick([2, 15, 200]),
        minDistance: pick([0, 0.05, 0.9]),
        spread: pick([1, 1.6, 5]),
        metric: pick(['euclidean', 'cosine'] as const),
        perplexity: pick([2, 30, 12.5]),
        epochs: pick([null, 10, 5_000]),
        seed: Math.floor(random() * 2 ** 31),
      }
      expect(parseParameters(encodeParameters(parameters)), describeFuzz(config)).toEqual(parameters)
      const seen = { factor: Number((random() * 100).toPrecision(4)), middle: [-random(), 30 * random()] as const }
      const back = parseSeen(encodeSeen(seen))
      expect(Math.abs((back?.middle[0] ?? 9) - seen.middle[0]), describeFuzz(config)).toBeLessThan(1e-3)
      expect(back?.factor, describeFuzz(config)).toBe(seen.factor)
    }
  })

  test.each(['magic', 'umap_x3', 'umap_n1', 'umap_n', 'tsne_p1e9', '', 'umap_s-1'])('[LK12] no layout: %s', (text) => {
    expect(parseParameters(text)).toBeUndefined()
  })

  test.each(['1', '1_2', '0_1_1', 'a_b_c', '1_2_3_4', 'NaN_1_1'])('[LK13] no part of a layout: %s', (text) => {
    expect(parseSeen(text)).toBeUndefined()
  })
})
