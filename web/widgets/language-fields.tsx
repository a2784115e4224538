/** Which language a multilingual translator reads, and which it writes: each typed or picked from all it knows. */
import type { JSX } from 'solid-js'
import { createUniqueId } from 'solid-js'
import type { KnownLanguages } from '#server/wire/checkpoints.ts'
import { languageName } from '#web/marks/languages.ts'
import { For } from '#web/solid.ts'
import { Field } from '#web/widgets/controls.tsx'
import { type TypedLanguages, codeOf, languageProblem } from '#web/marks/language-choice.ts'

export function LanguageFields(props: {
  readonly known: KnownLanguages
  readonly value: TypedLanguages
  readonly onChange: (value: TypedLanguages) => void
}): JSX.Element {
  const list = createUniqueId()
  return (
    <div class="form-pair">
      <LanguageField
        label="Source language"
        list={list}
        known={props.known}
        value={props.value.source}
        onChange={(source) => props.onChange({ ...props.value, source })}
      />
      <LanguageField
        label="Target language"
        list={list}
        known={props.known}
        value={props.value.target}
        onChange={(target) => props.onChange({ ...props.value, target })}
      />
      <datalist id={list}>
        <For each={props.known.codes}>{(code) => <option value={code}>{languageName(code) ?? code}</option>}</For>
      </datalist>
    </div>
  )
}

function LanguageField(props: {
  readonly label: string
  readonly list: string
  readonly known: KnownLanguages
  readonly value: string
  readonly onChange: (value: string) => void
}): JSX.Element {
  const meant = (): string => languageName(codeOf(props.value, props.known) ?? '') ?? ''
  return (
    <Field label={props.label} hint={meant()} error={languageProblem(props.value, props.known)}>
      {({ id, describedBy }) => (
        <input
          id={id}
          class="input mono"
          list={props.list}
          aria-describedby={describedBy}
          autocomplete="off"
          spellcheck={false}
          maxLength={40}
          placeholder={`one of ${props.known.codes.length}`}
          value={props.value}
          // Else the list would hold nothing but what stands there already.
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => props.onChange(event.currentTarget.value)}
          // A name, or a code in other letters, becomes the code it means.
          onChange={(event) =>
            props.onChange(codeOf(event.currentTarget.value, props.known) ?? event.currentTarget.value)
          }
        />
      )}
    </Field>
  )
}
