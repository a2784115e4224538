import type { JSX } from 'solid-js'
import { createMemo, createSignal, createUniqueId, Show } from 'solid-js'
import type { InstanceReply } from '#server/wire/instances.ts'
import { For } from '#web/solid.ts'
import { knownTokens, tokenOf } from './contrast-tokens.ts'

/** "rather than …": any token beside the likeliest, typed. */
export function ContrastInput(props: {
  readonly tokens: InstanceReply
  readonly onChoose: (token: number) => void
}): JSX.Element {
  const list = createUniqueId()
  const known = createMemo(() => knownTokens(props.tokens))
  const [problem, setProblem] = createSignal(false)
  const choose = (input: HTMLInputElement): void => {
    const text = input.value.trim()
    const token = tokenOf(text, known())
    setProblem(text !== '' && token === null)
    if (token === null) return
    input.value = ''
    props.onChoose(token)
  }
  return (
    <div class="contrast">
      <label>
        rather than
        <input
          class="input small"
          list={list}
          placeholder="a token, or #number"
          maxLength={80}
          onChange={(event) => choose(event.currentTarget)}
        />
      </label>
      <datalist id={list}>
        <For each={[...known().keys()]}>{(name) => <option value={name}>{name}</option>}</For>
      </datalist>
      <Show when={problem()}>
        <span class="form-error" role="alert">
          Not a token of this text: give its number, like #123.
        </span>
      </Show>
    </div>
  )
}
