/** Makes one filter: values of a column, a range of a number, or words in the text. */
import { scaleLinear } from 'd3-scale'
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Match, Show, Switch, untrack } from 'solid-js'
import type { Filter } from '#collab/wire/document.ts'
import type { FieldReply } from '#server/wire/instances.ts'
import { count } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { fieldLabel, fieldTitle } from '#web/state/fields.ts'
import { Field, Switch as Toggle } from '#web/widgets/controls.tsx'

export interface FilterFormProps {
  readonly fields: readonly FieldReply[]
  readonly onAdd: (filter: Filter) => void
}

const textField = 'text in source or output'

export function FilterForm(props: FilterFormProps): JSX.Element {
  const [name, setName] = createSignal(untrack(() => props.fields[0]?.name ?? textField))
  const field = createMemo(() => props.fields.find((each) => each.name === name()) ?? null)
  const category = createMemo(() => {
    const chosen = field()
    return chosen?.type === 'category' ? chosen : null
  })
  const number = createMemo(() => {
    const chosen = field()
    return chosen?.type === 'number' ? chosen : null
  })
  return (
    <>
      <Field label="Show only instances by">
        {({ id }) => (
          <select id={id} class="select" value={name()} onChange={(event) => setName(event.currentTarget.value)}>
            <For each={props.fields}>
              {(each) => <option value={each.name}>{fieldTitle(each.name, props.fields)}</option>}
            </For>
            <option value={textField}>{textField}</option>
          </select>
        )}
      </Field>
      <Switch fallback={<TextForm onAdd={props.onAdd} />}>
        <Match when={category()} keyed>
          {(chosen) => <CategoryForm field={chosen} onAdd={props.onAdd} />}
        </Match>
        <Match when={number()} keyed>
          {(chosen) => <RangeForm field={chosen} onAdd={props.onAdd} />}
        </Match>
      </Switch>
    </>
  )
}

function CategoryForm(props: {
  readonly field: Extract<FieldReply, { type: 'category' }>
  readonly onAdd: (filter: Filter) => void
}): JSX.Element {
  const [values, setValues] = createSignal<readonly string[]>([])
  const [not, setNot] = createSignal(false)
  const largest = (): number => Math.max(1, ...props.field.values.map((value) => value.count))
  const toggle = (value: string, on: boolean): void =>
    void setValues((before) => (on ? [...before, value] : before.filter((each) => each !== value)))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (values().length > 0) props.onAdd({ kind: 'is', field: props.field.name, values: [...values()], not: not() })
      }}
    >
      <div class="value-list" role="group" aria-label={`Values of ${fieldLabel(props.field.name)}`}>
        <For each={props.field.values}>
          {(value) => (
            <label class="value-row">
              <input type="checkbox" onChange={(event) => toggle(value.value, event.currentTarget.checked)} />
              <span class="grow">{value.value === '' ? '(empty)' : value.value}</span>
              <span class="value-bar" aria-hidden="true">
                <i style={{ width: `${(100 * value.count) / largest()}%` }} />
              </span>
              <span class="value-count">{count(value.count)}</span>
            </label>
          )}
        </For>
        <Show when={props.field.others > 0}>
          <p class="note">{count(props.field.others)} instances have rarer values; search for them instead.</p>
        </Show>
      </div>
      <div class="line end">
        <Toggle label="Leave these out" checked={not()} onChange={setNot} />
        <span class="grow" />
        <button type="submit" class="button solid" disabled={values().length === 0}>
          Apply for everybody
        </button>
      </div>
    </form>
  )
}

function RangeForm(props: {
  readonly field: Extract<FieldReply, { type: 'number' }>
  readonly onAdd: (filter: Filter) => void
}): JSX.Element {
  const [min, setMin] = createSignal('')
  const [max, setMax] = createSignal('')
  const read = (text: string): number | null =>
    text.trim() === '' || !Number.isFinite(Number(text)) ? null : Number(text)
  const problem = (): string | null => {
    const [low, high] = [read(min()), read(max())]
    return low !== null && high !== null && low > high ? 'The lower end is above the upper end.' : null
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const [low, high] = [read(min()), read(max())]
        if (problem() === null && (low !== null || high !== null)) {
          props.onAdd({ kind: 'range', field: props.field.name, min: low, max: high })
        }
      }}
    >
      <Histogram field={props.field} min={read(min())} max={read(max())} />
      <div class="range-row">
        <input
          class="input small"
          inputMode="decimal"
          aria-label="From"
          placeholder={short(props.field.min)}
          value={min()}
          onInput={(event) => setMin(event.currentTarget.value)}
        />
        <span>to</span>
        <input
          class="input small"
          inputMode="decimal"
          aria-label="To"
          placeholder={short(props.field.max)}
          value={max()}
          onInput={(event) => setMax(event.currentTarget.value)}
        />
        <span class="dim">{props.field.unit}</span>
      </div>
      <div class="line end">
        <Show when={problem()}>{(text) => <span class="form-error grow">{text()}</span>}</Show>
        <button
          type="submit"
          class="button solid"
          disabled={problem() !== null || (read(min()) === null && read(max()) === null)}
        >
          Apply for everybody
        </button>
      </div>
    </form>
  )
}

const short = (value: number): string => String(Number(value.toPrecision(4))).replace('-', '\u2212')

/** The distribution in 24 bins; bins outside the range are faded. */
function Histogram(props: {
  readonly field: Extract<FieldReply, { type: 'number' }>
  readonly min: number | null
  readonly max: number | null
}): JSX.Element {
  const height = 44
  const bins = createMemo(() => {
    const { histogram, min, max } = props.field
    const y = scaleLinear([0, Math.max(1, ...histogram)], [0, height])
    const x = scaleLinear([0, histogram.length], [min, max])
    return histogram.map((size, index) => ({ height: y(size), from: x(index), to: x(index + 1) }))
  })
  const inside = (bin: { readonly from: number; readonly to: number }): boolean =>
    (props.min === null || bin.to >= props.min) && (props.max === null || bin.from <= props.max)
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${bins().length * 10} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Distribution from ${short(props.field.min)} to ${short(props.field.max)} ${props.field.unit}`}
    >
      <For each={bins()}>
        {(bin, index) => (
          <rect
            x={index() * 10}
            y={height - bin.height}
            width="9"
            height={bin.height}
            class={inside(bin) ? 'in' : 'out'}
          />
        )}
      </For>
    </svg>
  )
}

function TextForm(props: { readonly onAdd: (filter: Filter) => void }): JSX.Element {
  const [query, setQuery] = createSignal('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const text = query().trim()
        if (text !== '') props.onAdd({ kind: 'text', query: text })
      }}
    >
      <input
        class="input"
        aria-label="Words to look for"
        maxLength={200}
        placeholder="Words to look for"
        value={query()}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <div class="line end">
        <button type="submit" class="button solid" disabled={query().trim() === ''}>
          Apply for everybody
        </button>
      </div>
    </form>
  )
}
