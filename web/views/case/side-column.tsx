import type { JSX } from 'solid-js'
import { NotesPane } from '#web/views/notes/view.tsx'
import { CaseGuide } from './view.tsx'

/** The column beside the views: the guide of a case study where there is one, and the notes. */
export function SideColumn(): JSX.Element {
  return (
    <div class="side-column">
      <CaseGuide />
      <NotesPane />
    </div>
  )
}
