import { describe, expect, test } from 'vitest'
import { defaultOptions, emptyView } from '#web/state/permalink.ts'
import { placeCard } from '#web/views/tour/place.ts'
import type { TourState } from '#web/views/tour/steps.ts'
import { doneNow, nextStep, steps } from '#web/views/tour/steps.ts'

const nothing: TourState = {
  view: emptyView(defaultOptions()),
  attributed: false,
  points: 0,
  newNotes: 0,
  seen: new Set(),
}

describe('the tour', () => {
  test('[TO1] has six steps, each ticked off by doing it and by nothing else', () => {
    const view = { ...nothing.view, token: { side: 'output' as const, index: 1 } }
    const acts: Readonly<Record<string, Partial<TourState>>> = {
      output: { view },
      source: { attributed: true, seen: new Set(['source']) },
      gap: { seen: new Set(['gap']) },
      head: { view: { ...nothing.view, heads: ['cross.2.1'] } },
      points: { points: 12 },
      note: { newNotes: 1 },
    }
    expect(steps.map(({ id }) => id)).toEqual(Object.keys(acts))
    expect(doneNow([], nothing)).toEqual([])
    for (const [id, act] of Object.entries(acts)) expect(doneNow([], { ...nothing, ...act })).toEqual([id])
  })

  test('[TO2] what is done stays done, and the next step is the first that is not', () => {
    expect(doneNow(['head'], nothing)).toEqual(['head'])
    expect(nextStep(['output'])?.id).toBe('source')
    expect(nextStep(steps.map(({ id }) => id))).toBeNull()
  })

  test('[TO3] the card stands beside its target where there is room, and always inside the window', () => {
    const page = { width: 1280, height: 800 }
    const card = { width: 300, height: 200 }
    expect(placeCard({ left: 0, top: 100, width: 400, height: 50 }, card, page)).toEqual({ left: 412, top: 100 })
    expect(placeCard({ left: 900, top: 100, width: 380, height: 50 }, card, page)).toEqual({ left: 588, top: 100 })
    expect(placeCard({ left: 0, top: 100, width: 1280, height: 50 }, card, page).top).toBe(162)
    const over = placeCard({ left: 0, top: 0, width: 1280, height: 800 }, card, page)
    expect(over).toEqual({ left: 968, top: 588 })
    const outside = placeCard({ left: 5000, top: -900, width: 10, height: 10 }, card, page)
    expect(outside.left + card.width).toBeLessThan(page.width)
    expect(outside.top).toBeGreaterThan(0)
  })
})
