/** Sets the theme, the sizes and the motion on the page, and reads the data ramps of whichever theme is in force. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import type { Ramps } from '#web/marks/ramp.ts'
import { readRamps } from '#web/marks/ramp.ts'
import { createEffect } from '#web/solid.ts'
import type { Preferences, PreferenceValues, Theme } from './preferences.ts'

/** The value of `data-theme`; null leaves the choice to the stylesheet, which follows the system. */
export function themeAttribute(theme: Theme, moreContrast: boolean, dark: boolean, projector = false): string | null {
  if (projector && theme !== 'system') return theme.endsWith('dark') ? 'contrast-dark' : 'contrast-light'
  if (theme !== 'system') return theme
  if (moreContrast || projector) return dark ? 'contrast-dark' : 'contrast-light'
  return null
}

/** The value of `data-size`: small windows get small type, unless somebody asked otherwise. `wall` is for projectors. */
export function sizeAttribute(
  { density, projector }: Pick<PreferenceValues, 'density' | 'projector'>,
  width: number,
  height: number,
): 'small' | 'medium' | 'large' | 'wall' {
  if (projector) return 'wall'
  if (density === 'compact') return 'small'
  if (width >= 1800) return 'large'
  return density === 'window' && (height <= 860 || width <= 1360) ? 'small' : 'medium'
}

/** Keeps the sizes of the page as they are preferred; the stylesheets read `data-size`. */
export function createSizes(preferences: Preferences, root: HTMLElement, view: Window): void {
  const apply = (): void =>
    void (root.dataset['size'] = sizeAttribute(preferences.values(), view.innerWidth, view.innerHeight))
  createEffect(apply)
  view.addEventListener('resize', apply)
  onCleanup(() => view.removeEventListener('resize', apply))
}

/** Whether to cut instead of tween: asked for here or by the system. The stylesheets read `data-motion`. */
export function createReducedMotion(preferences: Preferences, root: HTMLElement, view: Window): Accessor<boolean> {
  const query = view.matchMedia('(prefers-reduced-motion: reduce)')
  const [system, setSystem] = createSignal(query.matches)
  const onChange = (): void => void setSystem(query.matches)
  query.addEventListener('change', onChange)
  onCleanup(() => query.removeEventListener('change', onChange))
  const reduced = (): boolean => system() || preferences.values().motion === 'reduced'
  createEffect(() => void (root.dataset['motion'] = reduced() ? 'reduced' : 'full'))
  return reduced
}

export function createTheme(preferences: Preferences, root: HTMLElement, view: Window): Accessor<Ramps> {
  const contrast = view.matchMedia('(prefers-contrast: more)')
  const dark = view.matchMedia('(prefers-color-scheme: dark)')
  // Paper is light.
  const paper = view.matchMedia('print')
  const read = (): Ramps => {
    const style = view.getComputedStyle(root)
    return readRamps((property) => style.getPropertyValue(property))
  }
  const apply = (): void => {
    const { theme, projector } = preferences.values()
    const attribute = paper.matches ? 'light' : themeAttribute(theme, contrast.matches, dark.matches, projector)
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
  for (const query of [contrast, dark, paper]) {
    query.addEventListener('change', refresh)
    onCleanup(() => query.removeEventListener('change', refresh))
  }
  return ramps
}
