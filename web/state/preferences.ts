/** What one person chose for this browser: theme, density, pane sizes, keys. Kept in local storage, parsed when read. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import { z } from 'zod'
import { batch } from '#web/solid.ts'
import { headSettings } from './head-settings.ts'

/** The part of `Storage` that is needed; it may refuse (private windows, full disk). */
export interface PreferenceStore {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export const themes = ['system', 'light', 'dark', 'contrast-light', 'contrast-dark'] as const
export type Theme = (typeof themes)[number]

/** In the order in which a key walks through them. */
export const units = ['pieces', 'words', 'sentences'] as const

const preferences = z.object({
  theme: z.enum(themes).catch('system'),
  /** What the lanes show as one: pieces of the vocabulary, words or sentences. */
  unit: z.enum(units).catch('pieces'),
  /** What the fill and the foot of a token show. */
  channel: z.enum(['attribution', 'attention', 'both']).catch('both'),
  /** How all heads are taken together where none is chosen. */
  flow: z.enum(['mean', 'rollout']).catch('mean'),
  /** Arrangement of the panes. */
  preset: z.enum(['explore', 'heads', 'instance', 'write']).catch('instance'),
  /** Share of the first of two panes, by arrangement and handle. */
  sizes: z.record(z.string().max(40), z.number().min(0.05).max(0.95)).catch({}),
  /** The rows of the corpus as points or as a table. */
  corpusAs: z.enum(['plot', 'table']).catch('plot'),
  /** How the heads are shown. */
  heads: headSettings,
  /** Whether other people's selections are drawn. */
  showOthers: z.boolean().catch(true),
  /** Whether other people's pointers are drawn. */
  showCursors: z.boolean().catch(true),
  /** Sizes of type and controls: by the size of the window, or always the smaller or larger ones. */
  density: z.enum(['window', 'comfortable', 'compact']).catch('window'),
  motion: z.enum(['system', 'reduced']).catch('system'),
  /** Where layer 0 is drawn: below, as data flow in papers, or on top. */
  layersFrom: z.enum(['bottom', 'top']).catch('bottom'),
  /** The number of the first layer and the first head. */
  countFrom: z.literal([0, 1]).catch(0),
  /** Whether keys without Ctrl act while the focus is outside of what they act on (WCAG 2.1.4). */
  letterKeys: z.boolean().catch(true),
  /** Whether the status bar says how long frames take. */
  frameTimes: z.boolean().catch(false),
  /** For a wall: large type, high contrast, no notes. */
  projector: z.boolean().catch(false),
  /** Steps of the tour that are done; null before it was begun. */
  tour: z.array(z.string().max(20)).max(20).nullable().catch(null),
  /** Commands used last in the palette, newest first. */
  recent: z.array(z.string().max(200)).max(12).catch([]),
})
export type PreferenceValues = z.infer<typeof preferences>

export interface Preferences {
  readonly values: Accessor<PreferenceValues>
  set(change: Partial<PreferenceValues>): void
}

const storageKey = 'coattend.preferences'

/** `visit` holds what an address asks for: in force for this visit, unless it is chosen otherwise, and never stored. */
export function createPreferences(store: PreferenceStore, visit: Partial<PreferenceValues> = {}): Preferences {
  const [stored, setStored] = createSignal(readPreferences(store))
  const [asked, setAsked] = createSignal(visit)
  return {
    values: () => ({ ...stored(), ...asked() }),
    set(change) {
      const next = { ...stored(), ...change }
      batch(() => {
        setStored(next)
        setAsked((before) => withoutKeys(before, change))
      })
      try {
        store.setItem(storageKey, JSON.stringify(next))
      } catch {
        // A browser that keeps nothing still works; the choice lasts until the page is left.
      }
    },
  }
}

const withoutKeys = (values: Partial<PreferenceValues>, change: object): Partial<PreferenceValues> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(change, name)))

/** What an address asks for: `?preset=projector`. */
export const visitOf = (query: URLSearchParams): Partial<PreferenceValues> =>
  query.get('preset') === 'projector' ? { projector: true } : {}

/** The stored preferences; whatever does not fit is at its default. */
export function readPreferences(store: PreferenceStore): PreferenceValues {
  try {
    const stored: unknown = JSON.parse(store.getItem(storageKey) ?? '{}')
    return preferences.parse(stored)
  } catch {
    return preferences.parse({})
  }
}
