/** The menu of what a pane can give away as files. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { Format } from '#web/export/files.ts'
import { readInks } from '#web/export/inks.ts'
import type { Exportable } from '#web/export/registry.ts'
import { offerExport } from '#web/export/registry.ts'
import { workspaceProvenance } from '#web/export/workspace-provenance.ts'
import { messageOf } from '#web/errors.ts'
import type { App } from '#web/state/app.ts'
import { useApp } from '#web/state/app.ts'
import type { Room } from '#web/state/room.ts'
import { useRoom } from '#web/state/room.ts'
import { downloadFile } from '#web/widgets/clipboard.ts'
import { ExportIcon } from '#web/widgets/icons.tsx'
import type { MenuEntry } from '#web/widgets/menu.tsx'
import { Menu } from '#web/widgets/menu.tsx'
import type { PaneName } from './desk.ts'
import { useDesk } from './desk.ts'

/** Says what the calling view can give away, for as long as it stands. */
export const useExport = (pane: PaneName, exportable: Exportable): void =>
  offerExport(useDesk().exports, pane, exportable)

const pictures: readonly (readonly [Format, string])[] = [
  ['svg', 'Picture, SVG'],
  ['png1', 'Picture, PNG at 1×'],
  ['png2', 'Picture, PNG at 2×'],
  ['png4', 'Picture, PNG at 4×'],
]

/** The formats that a view can give, with how they are called. */
export function formatsOf({ svg, csv, json, tensors }: Exportable): readonly (readonly [Format, string])[] {
  return [
    ...(svg ? pictures : []),
    ...(csv ? [['csv', 'Numbers, CSV'] as const] : []),
    ...(csv || json ? [['json', 'Numbers, JSON'] as const] : []),
    ...(tensors ? [['safetensors', 'Result file, safetensors'] as const] : []),
  ]
}

/** Makes the file and hands it to the browser; says so, or what went wrong. */
export async function exportNow(app: App, room: Room, exportable: Exportable, format: Format): Promise<void> {
  try {
    const [{ makeFile }, provenance] = await Promise.all([
      import('#web/export/files.ts'),
      workspaceProvenance(app, room, exportable.facts?.() ?? {}, location.href),
    ])
    const style = getComputedStyle(document.documentElement)
    const inks = readInks((property) => style.getPropertyValue(property))
    const file = await makeFile(exportable, format, { api: app.api, workspace: room.id, inks, provenance })
    downloadFile(file.name, file.content)
    app.toasts.show(`Exported ${file.name}.`)
  } catch (error) {
    app.toasts.show(messageOf(error), { bad: true })
  }
}

export function ExportMenu(props: { readonly pane: PaneName; readonly title: string }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const offers = (): readonly Exportable[] => desk.exports.of(props.pane)
  const entries = (): readonly MenuEntry[] =>
    offers().flatMap((exportable) => [
      ...(offers().length > 1 ? [{ heading: exportable.title }] : []),
      ...formatsOf(exportable).map(([format, label]) => ({
        label,
        onSelect: () => void exportNow(app, room, exportable, format),
      })),
    ])
  return (
    <Show when={offers().length > 0}>
      <Menu label={`Export ${props.title}`} triggerClass="icon" trigger={<ExportIcon />} items={entries()} />
    </Show>
  )
}
