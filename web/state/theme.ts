/** Sets the theme on the page and reads the data ramps of whichever theme is in force. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import type { Ramps } from '#web/marks/ramp.ts'
import { readRamps } from '#web/marks/ramp.ts'
import { createEffect } from '#web/solid.ts'
import type { Preferences, Theme } from './preferences.ts'

/** The value of `data-theme`; null leaves the choice to the stylesheet, which follows the system. */
export function themeAttribute(theme: Theme, moreContrast: boolean, dark: boolean): string | null {
  if (theme !== 'system') return theme
  if (moreContrast) return dark ? 'contrast-dark' : 'contrast-light'
  return null
}

export function createTheme(preferences: Preferences, root: HTMLElement, view: Window): Accessor<Ramps> {
  const contrast = view.matchMedia('(prefers-contrast: more)')
  const dark = view.matchMedia('(prefers-color-scheme: dark)')
  const read = (): Ramps => {
    const style = view.getComputedStyle(root)
    return readRamps((property) => style.getPropertyValue(property))
  }
  const apply = (): void => {
    const attribute = themeAttribute(preferences.values().theme, contrast.matches, dark.matches)
    if (attribute === null) delete root.dataset['theme']
    else root.dataset['theme'] = attribute
  }
  apply()
  const [ramps, setRamps] = createSignal(read())
  const refresh = (): void => {
    apply()
    setRamps(read())
  }
  createEffect(refresh)
  for (const query of [contrast, dark]) {
    query.addEventListener('change', refresh)
    onCleanup(() => query.removeEventListener('change', refresh))
  }
  return ramps
}
