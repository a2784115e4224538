/** Everything that the palette can do in a workspace, read from the same state that the views show. */
import { piecesOf, wordSpan, wordText } from '#web/marks/pieces.ts'
import { headLabel, headNames, parseHead } from '#web/marks/head-name.ts'
import type { App } from '#web/state/app.ts'
import type { Theme } from '#web/state/preferences.ts'
import { themes } from '#web/state/preferences.ts'
import { hereLink } from '#web/state/link-check.ts'
import type { Room } from '#web/state/room.ts'
import type { Desk } from '#web/views/workspace/desk.ts'
import { copyView } from '#web/views/share/copying.ts'
import { exportNow, formatsOf } from '#web/views/workspace/export-menu.tsx'
import type { KeyBinding } from '#web/views/workspace/keys.ts'
import { presets, presetTitles } from '#web/views/workspace/presets.ts'
import { themeLabels } from '#web/widgets/theme-menu.tsx'
import type { Entry } from './entries.ts'

export interface PaletteDeps {
  readonly app: App
  readonly room: Room
  readonly desk: Desk
  readonly bindings: readonly KeyBinding[]
  /** Opens an address of this site. */
  open(path: string): void
}

/** All entries but the instances, which the server finds. Read anew whenever the palette opens. */
export function entriesOf(deps: PaletteDeps): readonly Entry[] {
  return [
    ...commandEntries(deps),
    ...exportEntries(deps),
    ...headEntries(deps),
    ...layerEntries(deps),
    ...tokenEntries(deps),
    ...noteEntries(deps),
    ...personEntries(deps),
  ]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function commandEntries({ app, room, desk, bindings, open }: PaletteDeps): readonly Entry[] {
  const command = (id: string, text: string, run: () => void): Entry => ({ id, group: 'Commands', text, run })
  const { values, set } = app.preferences
  const { showOthers, projector } = values()
  // The palette itself, and one step back, make no sense from here.
  const keys = bindings
    .filter(({ key }) => key !== 'k' && key !== 'Escape')
    .map(({ key, ctrl, shift, shown, text, run }): Entry => ({
      id: `key:${ctrl ? 'ctrl-' : ''}${shift ? 'shift-' : ''}${key}`,
      group: 'Commands',
      text: capital(text),
      key: shown,
      run,
    }))
  const arrangements = presets.map((preset) => ({
    ...command(`preset:${preset}`, `Layout ${presetTitles[preset].label}`, () => set({ preset })),
    note: presetTitles[preset].title,
  }))
  const looks = themes.map((theme: Theme) =>
    command(`theme:${theme}`, `Theme: ${themeLabels[theme].toLowerCase()}`, () => set({ theme })),
  )
  return [
    ...keys,
    command('share', 'Share, join link and QR code', () => desk.setPanel('share')),
    command('copy:link', 'Copy link', () => void copyView('link', { app, room, desk, link: hereLink(room) })),
    command(
      'copy:citation',
      'Copy as citation',
      () => void copyView('citation', { app, room, desk, link: hereLink(room) }),
    ),
    command(
      'copy:markdown',
      'Copy as Markdown',
      () => void copyView('markdown', { app, room, desk, link: hereLink(room) }),
    ),
    ...arrangements,
    ...looks,
    command('others', showOthers ? 'Hide what others have selected' : 'Show what others have selected', () =>
      set({ showOthers: !showOthers }),
    ),
    command('projector', projector ? 'Leave the projector view' : 'Projector view: large type, no notes', () =>
      set({ projector: !projector }),
    ),
    ...(room.selection.view().pruned.length > 0
      ? [command('unprune', 'Put all pruned heads back', () => room.selection.setPruned([]))]
      : []),
    ...(room.selection.view().pin === null
      ? []
      : [command('unpin', 'Let go of the comparison', () => room.selection.setPin(null))]),
    command('tour', 'Tour in six steps', () => desk.setTouring(true)),
    command('home', 'All workspaces', () => open('/')),
  ]
}

function exportEntries({ app, room, desk }: PaletteDeps): readonly Entry[] {
  return desk.exports.panes().flatMap((pane) =>
    desk.exports.of(pane).flatMap((exportable) =>
      formatsOf(exportable).map(([format, label]) => ({
        id: `export:${pane}:${exportable.title}:${format}`,
        group: 'Commands' as const,
        text: `Export ${exportable.title}: ${label}`,
        run: () => void exportNow(app, room, exportable, format),
      })),
    ),
  )
}

function headEntries({ app, room }: PaletteDeps): readonly Entry[] {
  const { summary } = room.info().checkpoint
  if (summary === null) return []
  const { pruned } = room.selection.view()
  return headNames(summary).flatMap((name) => {
    const head = parseHead(name)
    if (head === null) return []
    const entry: Entry = {
      id: `head:${name}`,
      group: 'Heads',
      text: headLabel(head, app.preferences.values().countFrom),
      note: pruned.includes(name) ? 'head, pruned' : 'head',
      run: () => room.selection.select({ heads: [name] }),
    }
    return [entry]
  })
}

function layerEntries({ app, room }: PaletteDeps): readonly Entry[] {
  const { summary } = room.info().checkpoint
  if (summary === null) return []
  const { countFrom } = app.preferences.values()
  const depth = summary.kind === 'decoder-only' ? summary.layers.decoder : summary.layers.encoder
  return Array.from({ length: depth + 1 }, (_, layer) => ({
    id: `layer:${layer}`,
    group: 'Layers',
    // Layer 0 of the states are the embeddings, whatever a person counts from.
    text:
      layer === 0 ? 'Embeddings in the projection' : `States after layer ${layer - 1 + countFrom} in the projection`,
    run: () => room.selection.setLayer(layer),
  }))
}

/** The words on screen. */
function tokenEntries({ room }: PaletteDeps): readonly Entry[] {
  const state = room.instances.current()
  if (state.kind !== 'ready') return []
  const { source, output } = state.instance
  const lane = (side: 'source' | 'output', text: typeof source | null): readonly Entry[] => {
    if (text === null) return []
    const pieces = piecesOf(text)
    return pieces
      .filter(({ word, index }) => pieces[index - 1]?.word !== word)
      .map(({ index }) => {
        const [first, last] = wordSpan(pieces, index)
        return {
          id: `token:${side}:${index}`,
          group: 'Tokens',
          text: `“${wordText(pieces, index)}”`,
          note: side === 'source' ? `source token ${index + 1}` : `output step ${index + 1}`,
          run: () => room.selection.chooseToken(last > first ? { side, index, last } : { side, index }),
        }
      })
  }
  return [...lane('output', output), ...lane('source', source)]
}

function noteEntries({ desk, room }: PaletteDeps): readonly Entry[] {
  return room.notes.heads().map(({ id, label, note }) => ({
    id: `note:${id}`,
    group: 'Notes',
    text: note.title || 'Without a title',
    note: `${label}, ${note.status}, ${note.ownerName}`,
    run: () => {
      desk.setOpenNote(id)
      desk.setTab('notes')
    },
  }))
}

function personEntries({ room }: PaletteDeps): readonly Entry[] {
  const target = room.following.target()
  const others = room.attendance.people().filter(({ you }) => !you)
  const follow = others.map(({ person, idle }): Entry => ({
    id: `person:${person.id}`,
    group: 'People',
    text: `Follow ${person.name}`,
    note: idle ? 'idle' : undefined,
    run: () => room.following.follow(person.id),
  }))
  const stop: Entry = { id: 'unfollow', group: 'People', text: 'Stop following', run: () => room.following.stop() }
  return target === null ? follow : [stop, ...follow]
}
