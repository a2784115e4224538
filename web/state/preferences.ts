/** What one person chose for this browser: theme, density, pane sizes, keys. Kept in local storage, parsed when read. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import { z } from 'zod'
import { batch } from '#web/solid.ts'
import type { HeadSettings } from './head-settings.ts'
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

/** What the fill and the foot of a token show. */
export const channels = ['both', 'attribution', 'attention'] as const
/** How all heads are taken together where none is chosen. */
export const flows = ['mean', 'rollout'] as const
export const corpusForms = ['plot', 'table'] as const

const preferences = z.object({
  theme: z.enum(themes).catch('system'),
  /** What the lanes show as one: pieces of the vocabulary, words or sentences. */
  unit: z.enum(units).catch('pieces'),
  channel: z.enum(channels).catch('both'),
  flow: z.enum(flows).catch('mean'),
  /** Arrangement of the panes. */
  preset: z.enum(['explore', 'heads', 'instance', 'write']).catch('instance'),
  /** Share of the first of two panes, by arrangement and handle. */
  sizes: z.record(z.string().max(40), z.number().min(0.05).max(0.95)).catch({}),
  /** The rows of the corpus as points or as a table. */
  corpusAs: z.enum(corpusForms).catch('plot'),
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
  /** In force for this visit, as what an address asks for: unless it is chosen otherwise, and never stored. */
  visit(change: Partial<PreferenceValues>): void
}

const storageKey = 'coattend.preferences'

/** `visit` holds what an address asks for: in force for this visit, unless it is chosen otherwise, and never stored. */
export function createPreferences(store: PreferenceStore, visit: Partial<PreferenceValues> = {}): Preferences {
  const [stored, setStored] = createSignal(readPreferences(store))
  const [asked, setAsked] = createSignal(visit)
  return {
    values: () => ({ ...stored(), ...asked() }),
    visit: (change) => void setAsked((before) => ({ ...before, ...change })),
    set(change) {
      const own = change.heads === undefined ? {} : { heads: chosenHeads(stored(), asked(), change.heads) }
      const next = { ...stored(), ...change, ...own }
      batch(() => {
        setStored(next)
        setAsked((before) => afterChange(before, change))
      })
      try {
        store.setItem(storageKey, JSON.stringify(next))
      } catch {
        // A browser that keeps nothing still works; the choice lasts until the page is left.
      }
    },
  }
}

/** Of the settings of heads only what was chosen is stored, not what the address asked for beside it. */
function chosenHeads(
  { heads }: PreferenceValues,
  asked: Partial<PreferenceValues>,
  chosen: HeadSettings,
): HeadSettings {
  const before = asked.heads
  if (before === undefined) return chosen
  const changed = Object.entries(chosen).filter(([name, value]) => value !== before[name as keyof HeadSettings]) // a key of both
  return { ...heads, ...Object.fromEntries(changed) }
}

/** What the address still asks for: of the heads all but what was chosen. */
function afterChange(asked: Partial<PreferenceValues>, change: Partial<PreferenceValues>): Partial<PreferenceValues> {
  const rest = Object.fromEntries(Object.entries(asked).filter(([name]) => !Object.hasOwn(change, name)))
  return asked.heads !== undefined && change.heads !== undefined ? { ...rest, heads: change.heads } : rest
}

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
