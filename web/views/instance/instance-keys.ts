/** The keys of the Instance View beside those of its lanes. */
import { onCleanup } from 'solid-js'
import { onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Room } from '#web/state/room.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import type { KeyBinding } from '#web/views/workspace/keys.ts'
import type { Channel } from './attention.ts'
import { flagNames, flagsOfInstance, nextFlag } from './flags.ts'
import type { Answer } from './settings.ts'

/** Acts while the view is on screen. */
export function useInstanceKeys(): void {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  // The same key again goes back to where both, or the first tab, are shown.
  const channel = (wanted: Channel) => () =>
    app.preferences.set({ channel: app.preferences.values().channel === wanted ? 'both' : wanted })
  const answer = (wanted: Answer) => () => desk.setAnswer(desk.answer() === wanted ? 'why' : wanted)
  const key = (letter: string, text: string, run: () => void): KeyBinding => ({
    key: letter,
    shown: letter.toUpperCase(),
    text,
    run,
  })
  const flag = (forward: boolean) => () => app.announce(chooseFlag(room, forward))
  const keys = [
    key('.', 'next flag: not in the source, or unsure', flag(true)),
    key(',', 'previous flag', flag(false)),
    key('a', 'attention alone; again: both', channel('attention')),
    key('g', 'attribution alone; again: both', channel('attribution')),
    key('m', 'pairs of tokens; again: why', answer('pairs')),
    key('l', 'lens, layer by layer; again: why', answer('lens')),
    key('t', 'try another text, output or model', () => desk.setPanel('own-text')),
    key('p', 'pin as B; again: let go of it', () => room.selection.togglePin()),
  ]
  onMount(() => onCleanup(desk.keys.register(keys)))
}

/** Goes to the next or previous flag of the output and says why it is one. */
function chooseFlag(room: Room, forward: boolean): string {
  const state = room.instances.current()
  if (state.kind !== 'ready' || state.instance.output === null) return 'No output to look for flags in.'
  const { token } = room.selection.view()
  const at = token?.side === 'output' ? token.index : null
  const flag = nextFlag(flagsOfInstance(state.instance), at, forward)
  if (flag === null) return forward ? 'No further flag.' : 'No flag before this.'
  room.selection.chooseToken({ side: 'output', index: flag.first })
  return `${flagNames[flag.kind]}: ${flag.reason}.`
}
