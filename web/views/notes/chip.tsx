/** A piece of evidence as a chip: what it says, and a click that brings back the view it came from. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { Evidence } from '#collab/wire/document.ts'
import { clock, signed } from '#web/marks/numbers.ts'
import { batch } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Room } from '#web/state/room.ts'
import { useRoom } from '#web/state/room.ts'
import { describeOptions } from '#web/views/instance/explanations.ts'
import type { Desk } from '#web/views/workspace/desk.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { classNames } from '#web/widgets/class-names.ts'
import { MoreIcon } from '#web/widgets/icons.tsx'
import { Menu } from '#web/widgets/menu.tsx'
import { chipReach, evidenceColour, evidenceValue } from './evidence-text.ts'

export function EvidenceChip(props: { readonly id: string; readonly evidence: Evidence }): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  const old = (): boolean => isOlder(room, props.evidence)
  return (
    <div class="ev-place">
      <button
        type="button"
        class={classNames('ev', old() && 'old', desk.shownEvidence()?.at === props.evidence.at && 'shown')}
        title={chipTitle(props.evidence)}
        style={{ '--c': evidenceColour(props.evidence, chipReach) }}
        onClick={() => openEvidence(room, desk, props.evidence)}
      >
        <i aria-hidden="true" />
        <span>{props.evidence.quote}</span>
        <b>{evidenceValue(props.evidence)}</b>
        <Show when={old()}>
          <em>from an older run</em>
        </Show>
      </button>
      <Show when={room.writable()}>
        <ChipMenu id={props.id} evidence={props.evidence} />
      </Show>
    </div>
  )
}

/** Restores instance, token, options and heads exactly, and marks what the number is about. */
export function openEvidence(room: Room, desk: Desk, evidence: Evidence): void {
  batch(() => {
    desk.showEvidence(evidence)
    desk.setTab('instance')
    if (desk.full() === 'notes') desk.setFull(null)
    const { instance, token, options, heads, pruned } = evidence
    room.selection.select({ instance, token, options, pruned, ...(heads.length === 0 ? {} : { heads }) })
  })
}

/** Known once the same question has been asked in this page: its run has another key. */
function isOlder(room: Room, evidence: Evidence): boolean {
  const now = room.attributions.runOf(evidence.instance, evidence.options)
  return evidence.run !== null && now !== null && now !== evidence.run
}

function chipTitle(evidence: Evidence): string {
  const gap = evidence.gap === null ? '' : `gap ${signed(evidence.gap, 3)} ${evidence.unit} · `
  return `${evidence.instance} · ${gap}${describeOptions(evidence.options)} · ${clock(evidence.at)}`
}

function ChipMenu(props: { readonly id: string; readonly evidence: Evidence }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const remove = (): void => {
    const undo = room.notes.removeEvidence(props.id)
    if (undo) app.toasts.show('Evidence removed.', { action: { label: 'Undo', run: undo } })
  }
  const move = (stance: Evidence['stance'], label: string) => ({
    label,
    disabled: props.evidence.stance === stance,
    onSelect: () => room.notes.setStance(props.id, stance),
  })
  const mention = (): void => {
    desk.setOpenNote(props.evidence.note)
    desk.mention(props.evidence.note, props.id)
  }
  return (
    <Menu
      label={`More about ${props.evidence.quote}`}
      triggerClass="icon ev-more"
      trigger={<MoreIcon />}
      items={[
        move('for', 'Speaks for'),
        move('against', 'Speaks against'),
        { label: 'Mention in the text', onSelect: mention },
        null,
        { label: 'Remove', danger: true, onSelect: remove },
      ]}
    />
  )
}
