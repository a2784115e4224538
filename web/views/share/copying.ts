/** Puts a link, a citation or a summary of what is on screen on the clipboard. */
import { citation, markdown } from '#web/export/citation.ts'
import { workspaceProvenance } from '#web/export/workspace-provenance.ts'
import type { App } from '#web/state/app.ts'
import type { Room } from '#web/state/room.ts'
import type { Desk } from '#web/views/workspace/desk.ts'
import { copyText } from '#web/widgets/clipboard.ts'

export interface CopyDeps {
  readonly app: App
  readonly room: Room
  readonly desk: Desk
  /** The address of this view, as others can open it. */
  readonly link: string
}

/** Text for the clipboard, and what it is called afterwards. */
export type Copied = 'link' | 'citation' | 'markdown'

const done: Readonly<Record<Copied, string>> = {
  link: 'Link copied.',
  citation: 'Citation copied: BibTeX, and the same as a sentence.',
  markdown: 'Copied as Markdown, with values and link.',
}

/** True once it is on the clipboard; a toast says so, or where to find the text. */
export async function copyView(kind: Copied, deps: CopyDeps): Promise<boolean> {
  const text = kind === 'link' ? deps.link : await textOf(kind, deps)
  const copied = await copyText(text)
  deps.app.toasts.show(
    copied ? done[kind] : 'This browser allows no copying here. Mark the link in Share and copy it by hand.',
  )
  return copied
}

async function textOf(kind: 'citation' | 'markdown', { app, room, desk, link }: CopyDeps): Promise<string> {
  const views = desk.exports.panes().flatMap((pane) => desk.exports.of(pane))
  const main = desk.exports.of('instance')[0] ?? views[0]
  const provenance = await workspaceProvenance(app, room, main?.facts?.() ?? {}, link)
  const what = main?.caption() ?? `Workspace ${room.info().name}`
  if (kind === 'citation') return citation(provenance, what)
  return markdown(
    provenance,
    what,
    views.flatMap((view) => view.values?.() ?? []),
  )
}
