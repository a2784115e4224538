import { createRoot } from 'solid-js'
import { describe, expect, test } from 'vitest'
import { createKeys } from '#web/views/workspace/key-registry.ts'
import { sectionsOf } from '#web/views/workspace/key-sections.ts'
import { createPreferences, visitOf } from '#web/state/preferences.ts'
import { sizeAttribute, themeAttribute } from '#web/state/theme.ts'

const storage = () => {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  }
}

describe('preferences', () => {
  test('[PF1] what an address asks for is in force and not stored, until it is chosen otherwise', () => {
    createRoot((dispose) => {
      const store = storage()
      const preferences = createPreferences(store, visitOf(new URLSearchParams('preset=projector')))
      expect(preferences.values().projector).toBe(true)
      preferences.set({ density: 'compact' })
      expect(preferences.values()).toMatchObject({ projector: true, density: 'compact' })
      expect(JSON.parse(store.kept.get('coattend.preferences') ?? '')).toMatchObject({
        projector: false,
        density: 'compact',
      })
      preferences.set({ projector: false })
      expect(preferences.values().projector).toBe(false)
      dispose()
    })
    expect(visitOf(new URLSearchParams('preset=other'))).toEqual({})
  })

  test('[PF2] a value that does not fit falls back alone', () => {
    const stored = JSON.stringify({ density: 'huge', countFrom: 7, motion: 'reduced', letterKeys: false })
    createRoot((dispose) => {
      const preferences = createPreferences({ getItem: () => stored, setItem: () => undefined })
      expect(preferences.values()).toMatchObject({
        density: 'window',
        countFrom: 0,
        motion: 'reduced',
        letterKeys: false,
      })
      dispose()
    })
  })

  test.each([
    ['window', false, 1280, 800, 'small'],
    ['window', false, 1440, 900, 'medium'],
    ['window', false, 1920, 1080, 'large'],
    ['compact', false, 1920, 1080, 'small'],
    ['comfortable', false, 1280, 800, 'medium'],
    ['compact', true, 1280, 800, 'wall'],
  ] as const)('[PF3] density %s, projector %s, %d × %d: %s', (density, projector, width, height, size) => {
    expect(sizeAttribute({ density, projector }, width, height)).toBe(size)
  })

  test('[PF4] on a projector every theme has its high contrast', () => {
    expect(themeAttribute('dark', false, false, true)).toBe('contrast-dark')
    expect(themeAttribute('system', false, true, true)).toBe('contrast-dark')
    expect(themeAttribute('light', false, true, true)).toBe('contrast-light')
    expect(themeAttribute('system', false, false, false)).toBeNull()
  })
})

describe('keys', () => {
  const run = (): void => undefined
  const own = [
    { key: 'o', shown: 'O', text: 'options', run },
    { key: 'x', shown: 'X', text: 'prune', pane: 'attention' as const, run },
  ]

  test('[PF5] the help begins with the pane that has the focus, and leaves out panes without keys', () => {
    const hints = [{ pane: 'list' as const, shown: '↑', text: 'up' }]
    expect(sectionsOf('attention', own, hints).map(({ title }) => title)).toEqual(['Attention', 'Everywhere', 'Table'])
    expect(sectionsOf('notes', own, hints).map(({ title }) => title)).toEqual(['Everywhere', 'Table', 'Attention'])
  })

  test('[PF6] keys that a view brings along go with it', () => {
    const keys = createKeys()
    const drop = keys.register([...own, { pane: 'list', shown: '↑', text: 'up' }])
    expect(keys.bindings().map(({ key }) => key)).toEqual(['o', 'x'])
    expect(keys.hints()).toHaveLength(1)
    drop()
    expect([...keys.bindings(), ...keys.hints()]).toEqual([])
  })
})
