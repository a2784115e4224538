/** What one person chose for this browser: theme, pane sizes, unit of text. Kept in local storage, parsed when read. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import { z } from 'zod'

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
  /** Arrangement of the panes. */
  preset: z.enum(['explore', 'heads', 'instance', 'write']).catch('instance'),
  /** Share of the first of two panes, by arrangement and handle. */
  sizes: z.record(z.string().max(40), z.number().min(0.05).max(0.95)).catch({}),
  /** The rows of the corpus as points or as a table. */
  corpusAs: z.enum(['plot', 'table']).catch('table'),
  /** Whether other people's selections are drawn. */
  showOthers: z.boolean().catch(true),
})
export type PreferenceValues = z.infer<typeof preferences>

export interface Preferences {
  readonly values: Accessor<PreferenceValues>
  set(change: Partial<PreferenceValues>): void
}

const storageKey = 'coattend.preferences'

export function createPreferences(store: PreferenceStore): Preferences {
  const [values, setValues] = createSignal(readPreferences(store))
  return {
    values,
    set(change) {
      const next = { ...values(), ...change }
      setValues(next)
      try {
        store.setItem(storageKey, JSON.stringify(next))
      } catch {
        // A browser that keeps nothing still works; the choice lasts until the page is left.
      }
    },
  }
}

/** The stored preferences; whatever does not fit is at its default. */
export function readPreferences(store: PreferenceStore): PreferenceValues {
  try {
    const stored: unknown = JSON.parse(store.getItem(storageKey) ?? '{}')
    return preferences.parse(stored)
  } catch {
    return preferences.parse({})
  }
}
