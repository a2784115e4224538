/** The choices that define the numbers, each with what it means. */
import type { Accessor, JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import type { AttributionOptionsValue } from '#collab/wire/document.ts'
import { attributionOptions } from '#collab/wire/document.ts'
import { For } from '#web/solid.ts'
import { Field, Segment, Switch } from '#web/widgets/controls.tsx'
import {
  baselineName,
  baselineText,
  methodNames,
  methodTexts,
  objectiveNames,
  objectiveTexts,
  precisions,
  usesBaseline,
  usualBaselines,
} from './explanations.ts'

type Options = AttributionOptionsValue

export interface OptionsPanelProps {
  readonly options: Options
  /** Baselines that the model offers; the usual ones while they are unknown. */
  readonly baselines: readonly string[]
  readonly onChange: (options: Options) => void
}

export function OptionsPanel(props: OptionsPanelProps): JSX.Element {
  const set = (part: Partial<Options>): void => props.onChange({ ...props.options, ...part })
  const choices = <Value extends string>(names: Readonly<Record<Value, string>>, values: readonly Value[]) =>
    values.map((value) => ({ value, label: names[value] }))
  return (
    <>
      <h3>How contributions are computed</h3>
      <div class="option">
        <h4>Method</h4>
        <Segment
          label="Method"
          value={props.options.method}
          choices={choices(methodNames, ['integrated-gradients', 'gradient-x-input', 'gradient-norm', 'occlusion'])}
          onChange={(method) => set({ method })}
        />
        <p>{methodTexts[props.options.method]}</p>
      </div>
      <div class="option">
        <h4>What the contributions add up to</h4>
        <Segment
          label="What the contributions add up to"
          value={props.options.objective}
          choices={choices(objectiveNames, ['log-prob', 'logit', 'probability'])}
          onChange={(objective) => set({ objective })}
        />
        <p>{objectiveTexts[props.options.objective]}</p>
      </div>
      <Show when={usesBaseline(props.options.method)}>
        <BaselineChoice options={props.options} baselines={props.baselines} set={set} />
      </Show>
      <Show when={props.options.method === 'integrated-gradients'}>
        <PrecisionChoice options={props.options} set={set} />
      </Show>
      <div class="option">
        <Switch
          label="Special tokens contribute too"
          checked={props.options.attributeSpecial}
          onChange={(attributeSpecial) => set({ attributeSpecial })}
        />
        <p>Otherwise start and end tokens stay as they are along the whole path, and contribute nothing.</p>
      </div>
    </>
  )
}

interface Choosing {
  readonly options: Options
  readonly set: (part: Partial<Options>) => void
}

function BaselineChoice(props: Choosing & { readonly baselines: readonly string[] }): JSX.Element {
  const offered: Accessor<readonly string[]> = () => (props.baselines.length > 0 ? props.baselines : usualBaselines)
  const ofToken = (): boolean => props.options.baseline.startsWith('token:')
  const [problem, setProblem] = createSignal<string | null>(null)
  const choose = (text: string): void => {
    const parsed = attributionOptions.shape.baseline.safeParse(text)
    setProblem(parsed.success ? null : 'A token is named by its number in the vocabulary.')
    if (parsed.success) props.set({ baseline: parsed.data })
  }
  return (
    <Field label="Baseline: where the path starts" hint={baselineText(props.options.baseline)} error={problem()}>
      {({ id, describedBy }) => (
        <div class="line">
          <select
            id={id}
            class="select small"
            aria-describedby={describedBy}
            value={ofToken() ? 'token:' : props.options.baseline}
            onChange={(event) => choose(event.currentTarget.value === 'token:' ? 'token:0' : event.currentTarget.value)}
          >
            <For each={offered()}>{(baseline) => <option value={baseline}>{baselineName(baseline)}</option>}</For>
            <option value="token:">A token of the vocabulary</option>
          </select>
          <Show when={ofToken()}>
            <input
              class="input small number"
              type="number"
              min="0"
              aria-label="Number of the baseline token"
              value={props.options.baseline.slice('token:'.length)}
              onChange={(event) => choose(`token:${event.currentTarget.value}`)}
            />
          </Show>
        </div>
      )}
    </Field>
  )
}

/** Either a tolerance for the gap, or a fixed number of nodes. */
function PrecisionChoice(props: Choosing): JSX.Element {
  const fixed = (): number | null => ('nodes' in props.options.quadrature ? props.options.quadrature.nodes : null)
  const value = (): string => {
    const { quadrature } = props.options
    return 'nodes' in quadrature ? 'nodes' : `t${quadrature.tolerance}`
  }
  const choose = (chosen: string): void => {
    const precision = precisions.find((candidate) => candidate.value === chosen)
    props.set({ quadrature: precision?.quadrature ?? { nodes: 32 } })
  }
  const setNodes = (text: string): void => {
    const parsed = attributionOptions.shape.quadrature.safeParse({ nodes: Number(text) })
    if (parsed.success) props.set({ quadrature: parsed.data })
  }
  return (
    <div class="option">
      <h4>Precision: the gap that is tolerated</h4>
      <div class="line">
        <Segment
          label="Precision"
          value={value()}
          choices={[
            ...precisions.map(({ value: name, label }) => ({ value: name as string, label })),
            { value: 'nodes', label: 'Fixed nodes' },
          ]}
          onChange={choose}
        />
        <Show when={fixed() !== null}>
          <input
            class="input small number"
            type="number"
            min="1"
            max="4096"
            aria-label="Number of nodes"
            value={fixed() ?? 32}
            onChange={(event) => setNodes(event.currentTarget.value)}
          />
        </Show>
      </div>
      <p>
        <Show
          when={fixed() === null}
          fallback="Exactly this many points on the path, whatever the gap is then. To compare with other tools."
        >
          Points are added until the gap is at most this part of the measured change.
        </Show>
      </p>
    </div>
  )
}
