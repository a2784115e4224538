/** The bar on top: where this is, which model and data, who is here, and how to bring somebody in. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { languagePair } from '#web/marks/languages.ts'
import { count } from '#web/marks/numbers.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { BrandMark, SearchIcon } from '#web/widgets/icons.tsx'
import { IconButton } from '#web/widgets/controls.tsx'
import { ThemeMenu } from '#web/widgets/theme-menu.tsx'
import { useDesk } from './desk.ts'
import { modelSummary } from './model-summary.ts'
import { People } from './people.tsx'

export function TopBar(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  return (
    <header class="top">
      <a class="brand" href="/" aria-label="Coattend, all workspaces">
        <BrandMark />
      </a>
      <h1 class="where">{room.info().name}</h1>
      <span class="sep" aria-hidden="true" />
      <span class="about">
        {room.info().checkpoint.name} <span class="dim">{modelSummary(room.info().checkpoint)}</span>
      </span>
      <Show when={languagePair(room.info().languages, room.info().checkpoint.summary?.languages ?? null)}>
        {(pair) => (
          <span class="about" title="The language the model reads, and the one it writes">
            {pair()}
          </span>
        )}
      </Show>
      <span class="about">
        {room.info().corpus.name} <span class="dim">{count(room.info().corpus.instances)}</span>
      </span>
      <Show when={!room.can('document.write')}>
        <span class="role-mark" title="You see everything, but cannot change filters and notes here.">
          {room.info().role ?? 'no role'}
        </span>
      </Show>
      <span class="grow" />
      <button type="button" class="search-field" aria-keyshortcuts="Control+K" onClick={() => desk.setPanel('palette')}>
        <SearchIcon />
        <span>Search text, tokens, heads, commands</span>
        <i class="grow" />
        <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      <span class="grow" />
      <Show when={app.preferences.values().projector}>
        <button type="button" class="plain" onClick={() => app.preferences.set({ projector: false })}>
          Leave projector view
        </button>
      </Show>
      <People />
      <button type="button" class="button" onClick={() => desk.setPanel('share')}>
        Share
      </button>
      <ThemeMenu preferences={app.preferences} onMore={() => desk.setPanel('preferences')} />
      <IconButton label="Keys" key="?" onClick={() => desk.setPanel('keys')}>
        <span aria-hidden="true">?</span>
      </IconButton>
    </header>
  )
}
