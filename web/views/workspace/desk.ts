/** What is open on this person's screen and concerns nobody else: the open note, the evidence looked at, a pane in full size. */
import type { Accessor } from 'solid-js'
import { createContext, createSignal, useContext } from 'solid-js'
import type { Evidence, TokenChoice } from '#collab/wire/document.ts'
import { WebError } from '#web/errors.ts'
import type { Exports } from '#web/export/registry.ts'
import { createExports } from '#web/export/registry.ts'
import type { InstanceSettings } from '#web/views/instance/settings.ts'
import { createInstanceSettings } from '#web/views/instance/settings.ts'
import type { ProjectionSettings } from '#web/views/projection/settings.ts'
import { createProjectionSettings } from '#web/views/projection/settings.ts'
import type { Keys } from './key-registry.ts'
import { createKeys } from './key-registry.ts'

export const paneNames = ['instance', 'projection', 'list', 'attention', 'notes'] as const
export type PaneName = (typeof paneNames)[number]

export const isPane = (name: string | null | undefined): name is PaneName => paneNames.some((each) => each === name)

/** What is on screen where there is room for one column only. */
export type Tab = 'instance' | 'corpus' | 'attention' | 'notes'

export interface Desk extends InstanceSettings {
  readonly openNote: Accessor<string | null>
  setOpenNote(note: string | null): void
  /** The chip that brought the present view; null once the person has moved on. */
  readonly shownEvidence: Accessor<Evidence | null>
  showEvidence(evidence: Evidence | null): void
  /** A chip to be put into the text of a note; taken by its editor. */
  readonly mentioned: Accessor<{ readonly note: string; readonly chip: string } | null>
  mention(note: string, chip: string): void
  takeMention(): void
  /** The token under this person's pointer in any view: the others answer it within the frame. */
  readonly hovered: Accessor<TokenChoice | null>
  setHovered(token: TokenChoice | null): void
  /** The pane that fills the page. */
  readonly full: Accessor<PaneName | null>
  setFull(pane: PaneName | null): void
  /** The pane on screen where there is room for one column only. */
  readonly tab: Accessor<Tab>
  setTab(tab: Tab): void
  /** Which of the panels is open. */
  readonly panel: Accessor<Panel | null>
  setPanel(panel: Panel | null): void
  /** Whether the tour is on screen. */
  readonly touring: Accessor<boolean>
  setTouring(touring: boolean): void
  /** What the views on screen can give away as files. */
  readonly exports: Exports
  /** Keys of the views on screen. */
  readonly keys: Keys
  /** How the projection is looked at. */
  readonly projection: ProjectionSettings
  /** The pane that the focus was in last. */
  readonly lastPane: Accessor<PaneName>
  setLastPane(pane: PaneName): void
}

export type Panel =
  'own-text' | 'options' | 'add-to-note' | 'keys' | 'filter' | 'explanation' | 'share' | 'palette' | 'preferences'

export function createDesk(): Desk {
  const [openNote, setOpenNote] = createSignal<string | null>(null)
  const [shownEvidence, showEvidence] = createSignal<Evidence | null>(null)
  const [mentioned, setMentioned] = createSignal<{ readonly note: string; readonly chip: string } | null>(null)
  const [hovered, setHovered] = createSignal<TokenChoice | null>(null)
  const [full, setFull] = createSignal<PaneName | null>(null)
  const [tab, setTab] = createSignal<Tab>('instance')
  const [panel, setPanel] = createSignal<Panel | null>(null)
  const [touring, setTouring] = createSignal(false)
  const [lastPane, setLastPane] = createSignal<PaneName>('instance')
  return {
    openNote,
    setOpenNote,
    shownEvidence,
    showEvidence,
    hovered,
    setHovered: (token) => void setHovered(token),
    full,
    setFull,
    tab,
    setTab,
    panel,
    setPanel,
    ...createInstanceSettings(),
    touring,
    setTouring: (next) => void setTouring(next),
    exports: createExports(),
    keys: createKeys(),
    projection: createProjectionSettings(),
    lastPane,
    setLastPane: (pane) => void setLastPane(pane),
    mentioned,
    mention: (note, chip) => void setMentioned({ note, chip }),
    takeMention: () => void setMentioned(null),
  }
}

export const DeskContext = createContext<Desk>()

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (desk === undefined) throw new WebError('internal', 'internal: this component stands outside a workspace')
  return desk
}
