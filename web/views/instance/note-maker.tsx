/** From the Instance View into the notes, and back: making chips, and saying when a chip is older than what is on screen. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { TokenChoice } from '#collab/wire/document.ts'
import { createEffect } from '#web/solid.ts'
import { sameToken, optionsKey } from '#web/state/permalink.ts'
import { useRoom } from '#web/state/room.ts'
import { evidenceValue } from '#web/views/notes/evidence-text.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { Banner, LinkButton } from '#web/widgets/messages.tsx'
import { AddToNote } from './add-to-note.tsx'
import { candidatesOf } from './evidence.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'
import { createNoteAdder } from './note-adder.ts'

export function NoteMaker(props: {
  readonly model: InstanceModel
  readonly focus: Accessor<TokenChoice | null>
}): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  const add = createNoteAdder(() => {
    const choice = props.model.choice()
    return choice ? `Why ${quoteOf(props.model.pieces(), choice)}?` : 'New hypothesis'
  })
  const open = (): boolean => desk.panel() === 'add-to-note'
  const candidates = createMemo(() => (open() ? candidatesOf(props.model, props.focus()) : []))
  return (
    <AddToNote
      open={open()}
      onOpenChange={(next) => desk.setPanel(next ? 'add-to-note' : null)}
      candidates={candidates()}
      notes={room.notes.heads()}
      openNote={desk.openNote()}
      onAdd={(candidate, note, stance) => void add(candidate, note, stance)}
    />
  )
}

/** After a click on a chip: what it is about, and whether its number came from the run that is on screen. */
export function EvidenceBanner(props: { readonly model: InstanceModel }): JSX.Element {
  const desk = useDesk()
  const shown = createMemo(() => {
    const evidence = desk.shownEvidence()
    return evidence?.instance === props.model.instance().id ? evidence : null
  })
  createEffect(() => {
    // Whoever moves on has left the chip's view.
    const evidence = desk.shownEvidence()
    const choice = props.model.choice()
    if (evidence === null || choice === null) return
    const same = sameToken(evidence.token, choice) && optionsKey(evidence.options) === optionsKey(props.model.options())
    if (!same) desk.showEvidence(null)
  })
  const older = (): boolean => {
    const run = props.model.entry()?.run ?? null
    const from = shown()?.run ?? null
    return from !== null && run !== null && from !== run
  }
  return (
    <Show when={shown()}>
      {(evidence) => (
        <Banner kind={older() ? 'warn' : 'plain'}>
          <b>{evidence().quote}</b> {evidenceValue(evidence())}
          {older()
            ? ', from an older run: the model, its output or the program has changed since. What is drawn is new.'
            : ''}
          <LinkButton onClick={() => desk.showEvidence(null)}>Done</LinkButton>
        </Banner>
      )}
    </Show>
  )
}
