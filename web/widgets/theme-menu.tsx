import type { JSX } from 'solid-js'
import type { Preferences, Theme } from '#web/state/preferences.ts'
import { themes } from '#web/state/preferences.ts'
import { ThemeIcon } from './icons.tsx'
import type { MenuEntry } from './menu.tsx'
import { Menu } from './menu.tsx'

/** What the themes are called. */
export const themeLabels: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
  'contrast-light': 'High contrast, light',
  'contrast-dark': 'High contrast, dark',
}

/** Five looks of the same page, and the way to all preferences where there is one. */
export function ThemeMenu(props: { readonly preferences: Preferences; readonly onMore?: () => void }): JSX.Element {
  const more = (): readonly MenuEntry[] => {
    const open = props.onMore
    return open ? [null, { label: 'Preferences', key: 'Ctrl ,', onSelect: () => open() }] : []
  }
  return (
    <Menu
      label="Theme"
      triggerClass="icon"
      trigger={<ThemeIcon />}
      items={[
        ...themes.map((theme) => ({
          label: themeLabels[theme],
          chosen: props.preferences.values().theme === theme,
          onSelect: () => props.preferences.set({ theme }),
        })),
        ...more(),
      ]}
    />
  )
}
