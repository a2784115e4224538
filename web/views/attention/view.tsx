/** The pane ATTENTION: the heads of the model, and where they look. */
import type { JSX } from 'solid-js'
import { PaneHead } from '#web/views/workspace/pane.tsx'
import { EmptyState } from '#web/widgets/messages.tsx'

export function AttentionPane(): JSX.Element {
  return (
    <section class="pane attention" aria-labelledby="h-attention" data-pane="attention">
      <PaneHead id="h-attention" title="Attention heads" name="attention">
        <span class="grow" />
      </PaneHead>
      <EmptyState title="No instance yet" text="Choose an instance: the heads that carried its words appear here." />
    </section>
  )
}
