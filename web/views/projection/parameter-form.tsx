/** The form that decides how points are laid out. */
import type { JSX } from 'solid-js'
import { createSignal, createUniqueId, Match, Show, Switch, untrack } from 'solid-js'
import { projectionStudy } from '#server/wire/projection-study.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { methodNames, methodTexts, parameterTexts } from './parameter-texts.ts'
import type { ProjectionSettings, StepsPlace } from './settings.ts'
import type { LayoutParameters as Parameters } from '#web/state/projection.ts'

export interface ParameterProps {
  readonly parameters: Parameters
  readonly defaults: Parameters
  readonly settings: ProjectionSettings
  readonly onApply: (parameters: Parameters) => void
}

export function ParameterForm(props: ParameterProps): JSX.Element {
  const [draft, setDraft] = createSignal<Parameters>(untrack(() => props.parameters))
  const [problem, setProblem] = createSignal<string | null>(null)
  const set = (part: Partial<Parameters>): void => {
    setProblem(null)
    setDraft((before) => ({ ...before, ...part }))
  }
  const apply = (event: SubmitEvent): void => {
    event.preventDefault()
    const parsed = projectionStudy.safeParse({ kind: 'projection', of: 'corpus', ...draft() })
    const issue = parsed.success ? null : parsed.error.issues[0]
    if (issue) setProblem(`${String(issue.path[0] ?? 'A value')}: ${issue.message}.`)
    else props.onApply(draft())
  }
  return (
    <form class="parameters" onSubmit={apply} novalidate>
      <h3>How points are laid out</h3>
      <MethodField draft={draft()} set={set} />
      <Switch>
        <Match when={draft().method === 'umap'}>
          <UmapFields draft={draft()} set={set} />
        </Match>
        <Match when={draft().method === 'tsne'}>
          <NumberField
            name="Perplexity"
            text={parameterTexts.perplexity}
            value={draft().perplexity}
            least={2}
            most={500}
            onSet={(perplexity) => set({ perplexity })}
          />
        </Match>
      </Switch>
      <Show when={draft().method !== 'pca'}>
        <MetricField draft={draft()} set={set} />
        <EpochsField draft={draft()} set={set} />
      </Show>
      <NumberField
        name="Seed"
        text={parameterTexts.seed}
        value={draft().seed}
        least={0}
        most={2 ** 31 - 1}
        onSet={(seed) => set({ seed })}
      />
      <Show when={problem()}>
        {(text) => (
          <p class="form-error" role="alert">
            {text()}
          </p>
        )}
      </Show>
      <div class="line end">
        <button type="button" class="plain" onClick={() => set(props.defaults)}>
          Defaults
        </button>
        <span class="grow" />
        <button type="submit" class="button">
          Lay out
        </button>
      </div>
      <StepsChoice settings={props.settings} />
    </form>
  )
}

interface Drafting {
  readonly draft: Parameters
  readonly set: (part: Partial<Parameters>) => void
}

const MethodField = (props: Drafting): JSX.Element => (
  <div class="option">
    <h4>Method</h4>
    <Segment
      label="Method"
      value={props.draft.method}
      choices={(['pca', 'umap', 'tsne'] as const).map((value) => ({ value, label: methodNames[value] }))}
      onChange={(method) => props.set({ method })}
    />
    <p>{methodTexts[props.draft.method]}</p>
  </div>
)

const UmapFields = (props: Drafting): JSX.Element => (
  <>
    <NumberField
      name="Neighbours"
      text={parameterTexts.neighbours}
      value={props.draft.neighbours}
      least={2}
      most={200}
      onSet={(neighbours) => props.set({ neighbours })}
    />
    <NumberField
      name="Least distance"
      text={parameterTexts.minDistance}
      value={props.draft.minDistance}
      least={0}
      most={5}
      step={0.05}
      onSet={(minDistance) => props.set({ minDistance })}
    />
    <NumberField
      name="Spread"
      text={parameterTexts.spread}
      value={props.draft.spread}
      least={0.1}
      most={5}
      step={0.1}
      onSet={(spread) => props.set({ spread })}
    />
  </>
)

const MetricField = (props: Drafting): JSX.Element => (
  <div class="option">
    <h4>Nearness</h4>
    <Segment
      label="Nearness"
      value={props.draft.metric}
      choices={[
        { value: 'euclidean', label: 'Euclidean' },
        { value: 'cosine', label: 'Cosine' },
      ]}
      onChange={(metric) => props.set({ metric })}
    />
    <p>{parameterTexts.metric}</p>
  </div>
)

function EpochsField(props: Drafting): JSX.Element {
  const id = createUniqueId()
  return (
    <div class="parameter">
      <label for={id}>{'Epochs'}</label>
      <input
        id={id}
        class="input small"
        inputMode="numeric"
        placeholder="usual"
        aria-describedby={`${id}-text`}
        value={props.draft.epochs ?? ''}
        onChange={(event) => {
          const text = event.currentTarget.value.trim()
          props.set({ epochs: text === '' ? null : Number(text) })
        }}
      />
      <p id={`${id}-text`}>{parameterTexts.epochs}</p>
    </div>
  )
}

function NumberField(props: {
  readonly name: string
  readonly text: string
  readonly value: number
  readonly least: number
  readonly most: number
  readonly step?: number
  readonly onSet: (value: number) => void
}): JSX.Element {
  const id = createUniqueId()
  return (
    <div class="parameter">
      <label for={id}>{props.name}</label>
      <input
        id={id}
        type="number"
        class="input small"
        aria-describedby={`${id}-text`}
        min={props.least}
        max={props.most}
        step={props.step ?? 1}
        value={props.value}
        onChange={(event) => props.onSet(Number(event.currentTarget.value))}
      />
      <p id={`${id}-text`}>{props.text}</p>
    </div>
  )
}

const StepsChoice = (props: { readonly settings: ProjectionSettings }): JSX.Element => (
  <div class="option steps-choice">
    <h4>Decoder steps of the open instance</h4>
    <Segment<StepsPlace>
      label="Decoder steps of the open instance"
      value={props.settings.steps()}
      choices={[
        { value: 'beside', label: 'Beside', title: 'In a plot of their own' },
        {
          value: 'over',
          label: 'Over the corpus',
          title: 'Placed among the points of the corpus by their nearest states',
        },
        { value: 'hidden', label: 'Hidden' },
      ]}
      onChange={(place) => props.settings.setSteps(place)}
    />
  </div>
)
