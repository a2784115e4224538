/** The pane PROJECTION: the states of the corpus in the plane. */
import type { JSX } from 'solid-js'
import { PaneHead } from '#web/views/workspace/pane.tsx'
import { CorpusSwitch } from '#web/views/workspace/corpus-switch.tsx'
import { EmptyState } from '#web/widgets/messages.tsx'

export function ProjectionPane(): JSX.Element {
  return (
    <section class="pane projection" aria-labelledby="h-projection" data-pane="projection">
      <PaneHead id="h-projection" title="Projection" name="projection">
        <span class="grow" />
        <CorpusSwitch />
      </PaneHead>
      <EmptyState title="No states yet" text="The table shows the rows of the corpus." />
    </section>
  )
}
