import { describe, expect, it } from 'vitest'
import type { Tensor } from '#web/api/safetensors.ts'
import { caseOf, placeOf } from '#web/views/case/cases.ts'
import { bandPath, countBins, linePath, makePlot, roundDomain } from '#web/views/case/charts/frame.ts'
import { bestThreshold, nearestPoint, pointAt } from '#web/views/case/charts/threshold.ts'
import { withInterval } from '#web/views/case/estimates.ts'
import { countTypes, entropiesOf } from '#web/views/case/newsroom/support.ts'
import { nextCell } from '#web/views/case/charts/cell-moves.ts'
import { curveLines, leastHalf, mapsOf, meansByMark, pruningLines, roleRows } from '#web/views/case/phrasebook/heads.ts'
import { byCondition, demonstrationLabels, questionOf, segmentOf } from '#web/views/case/quiz/segments.ts'

const floats = (data: readonly number[], shape: readonly number[] = [data.length]): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
})
const estimate = (value: number | null) => ({ value, interval: null })

describe('charts', () => {
  it('[CW1] a line is broken where there is no point, and a band goes there and back', () => {
    expect(linePath([[0, 1], [2, 3], null, [4, 5]])).toBe('M0 1L2 3M4 5')
    expect(
      bandPath([
        { x: 0, low: 1, high: 2 },
        { x: 3, low: 4, high: 5 },
      ]),
    ).toBe('M0 2L3 5L3 4L0 1Z')
    expect(bandPath([])).toBe('')
  })

  it('[CW2] domains have round ends, and hold what must be in sight', () => {
    expect(roundDomain([0.12, 4.7])).toEqual([0, 5])
    expect(roundDomain([0.5], [0, 1])).toEqual([0, 1])
    expect(roundDomain([NaN])).toEqual([0, 1])
    expect(roundDomain([-7.3, 0.02])).toEqual([-8, 0])
  })

  it('[CW3] every value falls into one bin, the upper end into the last', () => {
    expect(countBins([0, 0.5, 1, 2], [0, 2], 2)).toEqual([2, 2])
  })

  it('[CW4] a plot grows upwards inside its margins', () => {
    const plot = makePlot(200, 100, [0, 1], [0, 1], { top: 10, right: 10, bottom: 20, left: 30 })
    expect([plot.x(0), plot.x(1), plot.y(0), plot.y(1)]).toEqual([30, 190, 80, 10])
  })
})

describe('the threshold of a filter', () => {
  const curve = {
    thresholds: [3, 2, 1],
    flagged: [1, 3, 10],
    hits: [1, 2, 4],
    precision: [1, 2 / 3, 0.4],
    recall: [0.25, 0.5, 1],
    positives: 4,
    cases: 10,
  }

  it('[CW5] begins where precision and recall together are best', () => {
    expect(bestThreshold(curve)).toBe(1) // F1 is 0.40, 0.57 and 0.571
    expect(bestThreshold({ ...curve, recall: [0.25, 0.4, 1] })).toBe(2)
    expect(pointAt(curve, 1)).toEqual({ threshold: 2, flagged: 3, hits: 2, precision: 2 / 3, recall: 0.5 })
  })

  it('[CW6] a drag takes the nearest point of the curve', () => {
    expect(nearestPoint(curve, { recall: 0.9, precision: 0.5 })).toBe(2)
    expect(nearestPoint(curve, { recall: 0, precision: 1 })).toBe(0)
  })
})

describe('what figures read out of results', () => {
  it('[CW7] names are counted by type, the most invented first, and parted by support', () => {
    const tensors = new Map<string, Tensor>([
      ['names.type', { dtype: 'I32', shape: [4], data: Int32Array.of(0, 1, 1, 0) }],
      ['names.supported', { dtype: 'U8', shape: [4], data: Uint8Array.of(1, 0, 0, 1) }],
      ['names.entropy', floats([0, 1, 2, 3])],
    ])
    const report = { types: ['person', 'town'] } as Parameters<typeof countTypes>[0]['report']
    expect(countTypes({ report, tensors })).toEqual([
      { type: 'town', supported: 0, invented: 2 },
      { type: 'person', supported: 2, invented: 0 },
    ])
    expect(entropiesOf({ report, tensors }, false)).toEqual([1, 2])
  })

  it('[CW8] curves are named by the end they begin with, random ones lie behind', () => {
    const order = (name: string) => ({ name, heads: [], points: [{ removed: 0, change: estimate(0) }] })
    const orders = [order('attribution most'), order('attribution least'), order('random 1')]
    const lines = curveLines({ shown: 1, of: 1, removed: [0], orders })
    expect(lines.map(({ label }) => label)).toEqual(['random 1', 'most important first', 'least important first'])
  })

  it('[CW9] pruning shows one kind of heads, with random ones where there are any', () => {
    const points = [{ removed: 0, score: estimate(50) }]
    const kind = { kind: 'cross', heads: 4, least: { order: [], points }, random: { points }, seeds: [] } as const
    const report = {
      shown: 1,
      of: 1,
      metric: 'bleu',
      rankedOn: 1,
      kinds: [{ ...kind, least: { order: [], points } }],
    } as const
    const [own] = report.kinds as unknown as readonly Parameters<typeof pruningLines>[0][]
    expect(pruningLines(own!).map(({ label }) => label)).toEqual(['random', 'least important'])
    expect(pruningLines({ ...own!, random: null }).map(({ label }) => label)).toEqual(['least important'])
  })

  it('[CW10] a role goes to the head with the highest score, with its effect beside it', () => {
    const tensors = new Map([
      ['role.copying.decoder', floats([0.2, NaN, 0.1, 0.3], [2, 2])],
      ['role.copying.cross', floats([0.9, 0.1, 0, 0], [2, 2])],
      ['effect.cross', floats([-0.5, 0, 0, 0], [2, 2])],
    ])
    const role = { role: 'copying', kinds: ['decoder' as const], definition: 'copies' }
    const report = { shown: 1, of: 1, tokens: 1, alignedRows: 0, roles: [role, { ...role, role: 'induction' }] }
    expect(roleRows({ report, tensors })).toMatchObject([{ role: 'copying', head: 'cross.0.0', effect: -0.5 }])
    expect(mapsOf({ report, tensors }, 'effect')).toMatchObject([{ kind: 'cross', layers: 2, heads: 2 }])
  })

  it('[CW12] pruned heads are told from the others by their means, heads without a value in neither', () => {
    const kinds = [{ kind: 'cross', heads: 4, least: { order: ['cross.1.1', 'cross.0.0', 'cross.0.1', 'cross.1.0'] } }]
    const pruned = leastHalf({ kinds } as unknown as Parameters<typeof leastHalf>[0])
    expect([...pruned]).toEqual(['cross.1.1', 'cross.0.0'])
    const map = { kind: 'cross', layers: 2, heads: 2, values: [0.2, 0.5, NaN, 0.4] }
    const [row] = meansByMark([map], pruned)
    expect(row?.marked.mean).toBeCloseTo(0.3)
    expect(row?.others).toEqual({ heads: 1, mean: 0.5 })
  })

  it('[CW13] arrow keys lead through a table of heads and stop at its edges', () => {
    expect(nextCell('ArrowRight', [0, 1], [3, 4])).toEqual([0, 2])
    expect(nextCell('ArrowUp', [0, 1], [3, 4])).toEqual([0, 1])
    expect(nextCell('End', [2, 1], [3, 4])).toEqual([2, 3])
    expect(nextCell('Tab', [0, 0], [3, 4])).toBeNull()
  })

  it('[CW14] the labels of demonstrations are read without the answer that is asked for', () => {
    const prompt = 'question: jar | options: toy, box | answer: box\nquestion: ship | options: boat, steel | answer:'
    expect(demonstrationLabels(prompt)).toEqual(['box'])
    expect(questionOf(prompt)).toBe('ship')
    expect(demonstrationLabels('question: ship | options: boat, steel | answer:')).toEqual([])
  })

  it('[CW11] conditions keep their order, and a missing segment is nothing rather than zero', () => {
    const named = ['other', 'none', 'gold'].map((name) => ({ name }))
    expect(byCondition(named).map(({ name }) => name)).toEqual(['gold', 'none', 'other'])
    const empty = { segments: [] } as unknown as Parameters<typeof segmentOf>[0]
    expect(segmentOf(empty, 'rest').share.value).toBeNull()
  })

  it('[CW12] estimates are written with their interval, and a dash where there is none', () => {
    const told = { value: 0.5, interval: [0.25, 0.75] } as const
    expect(withInterval({ ...told, interval: [0.25, 0.75] }, String)).toBe('0.5 (0.25 to 0.75)')
    expect(withInterval(estimate(null), String)).toBe('–')
  })
})

describe('case studies', () => {
  it('[CW13] belong to the examples alone, and a step is found by its name', () => {
    expect(caseOf({ id: 'newsroom', example: false })).toBeNull()
    expect(caseOf({ id: 'constructor', example: true })).toBeNull()
    const study = caseOf({ id: 'quiz', example: true })!
    expect(placeOf(study, 'accuracy')).toBe(1)
    expect(placeOf(study, null)).toBe(-1)
  })
})
