import type { JSX } from 'solid-js'
import type { Preferences, Theme } from '#web/state/preferences.ts'
import { themes } from '#web/state/preferences.ts'
import { ThemeIcon } from './icons.tsx'
import { Menu } from './menu.tsx'

const labels: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
  'contrast-light': 'High contrast, light',
  'contrast-dark': 'High contrast, dark',
}

/** Five looks of the same page. */
export function ThemeMenu(props: { readonly preferences: Preferences }): JSX.Element {
  return (
    <Menu
      label="Theme"
      triggerClass="icon"
      trigger={<ThemeIcon />}
      items={themes.map((theme) => ({
        label: labels[theme],
        chosen: props.preferences.values().theme === theme,
        onSelect: () => props.preferences.set({ theme }),
      }))}
    />
  )
}
