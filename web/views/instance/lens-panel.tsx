/** The tab "Lens": what every layer of the decoder would write, all steps at a glance and the chosen one in numbers. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Question } from '#server/wire/analyses.ts'
import type { CountFrom } from '#web/marks/head-name.ts'
import { count, plain, probability } from '#web/marks/numbers.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { rampStep } from '#web/marks/ramp.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { AnalysisState } from './analysis-state.tsx'
import { spanOf } from './layout.ts'
import type { Lens, LensCell } from './lens.ts'
import { layerName, readLens, settledAt } from './lens.ts'
import type { InstanceModel } from './model.ts'

const question: Question = { kind: 'lens', count: 5 }

export interface LensProps {
  readonly model: InstanceModel
  readonly ramps: Accessor<Ramps>
  readonly onChoose: (choice: TokenChoice) => void
}

export function LensPanel(props: LensProps): JSX.Element {
  const room = useRoom()
  const asked = createMemo(() => room.analyses.ask(props.model.instance(), question))
  const lens = createMemo(() => {
    const { tensors, report } = asked()()
    return tensors && readLens(tensors, report, props.model.layout().output)
  })
  const step = (): number | null => {
    const choice = props.model.choice()
    return choice?.side === 'output' ? spanOf(choice)[0] : null
  }
  return (
    <Show
      when={lens()}
      fallback={
        <AnalysisState
          analysis={asked()()}
          what="Reading each layer"
          instance={props.model.instance()}
          question={question}
        />
      }
    >
      {(present) => (
        <>
          <h3 title={definition}>What each layer would write</h3>
          <p>Colour: the probability that the layer gives the token that was written, by its square root.</p>
          <LensMap {...props} lens={present()} chosen={step()} />
          <Show when={step() !== null} fallback={<p class="dim">Choose an output token to read it layer by layer.</p>}>
            <LensTable model={props.model} lens={present()} step={step() ?? 0} />
          </Show>
        </>
      )}
    </Show>
  )
}

const definition =
  'Logit lens (nostalgebraist 2020): the state after each layer is read by the model’s own final norm and output matrix. Early layers were never trained to be read so.'

const rowsOf = (lens: Lens): readonly number[] =>
  Array.from({ length: lens.layers }, (_, index) => lens.layers - 1 - index)

/** The number of the first layer. */
function useCountFrom(): Accessor<CountFrom> {
  const app = useApp()
  return () => app.preferences.values().countFrom
}

/** One column a step, the last layer on top: as data flows, upward. */
function LensMap(props: LensProps & { readonly lens: Lens; readonly chosen: number | null }): JSX.Element {
  const from = useCountFrom()
  const steps = createMemo(() => Array.from({ length: props.lens.steps }, (_, index) => index))
  const colour = (step: number, layer: number): string => {
    const chance = Math.exp(props.lens.at(step, layer).logProb)
    return props.ramps().amount[rampStep(Math.sqrt(chance), 1)]?.background ?? ''
  }
  const label = (step: number): string => {
    const settled = settledAt(props.lens, step)
    const token = props.model.pieces().output[step]?.label ?? ''
    return `Step ${step + 1}, “${token}”: ${settled === null ? 'never the likeliest before the end' : `the likeliest from ${layerName(settled, from())} on`}`
  }
  return (
    <div class="lens-map" style={{ '--rows': String(props.lens.layers) }}>
      <span class="lens-axis" aria-hidden="true">
        <For each={rowsOf(props.lens)}>{(layer) => <span>{layer === 0 ? 'emb' : layerName(layer, from())}</span>}</For>
      </span>
      <span class="lens-columns">
        <For each={steps()}>
          {(step) => (
            <button
              type="button"
              tabIndex={-1}
              aria-pressed={props.chosen === step}
              aria-label={label(step)}
              title={label(step)}
              onClick={() => props.onChoose({ side: 'output', index: step })}
            >
              <For each={rowsOf(props.lens)}>{(layer) => <i style={{ background: colour(step, layer) }} />}</For>
            </button>
          )}
        </For>
      </span>
    </div>
  )
}

function LensTable(props: { readonly model: InstanceModel; readonly lens: Lens; readonly step: number }): JSX.Element {
  const from = useCountFrom()
  const written = (): string => props.model.pieces().output[props.step]?.label ?? ''
  const id = (): number | undefined => props.model.instance().output?.ids[props.step]
  const others = (cell: LensCell): string =>
    cell.likeliest.map(({ name, logProb }) => `${name} ${probability(Math.exp(logProb), 3)}`).join(', ')
  return (
    <table class="lens-table">
      <caption class="sr-only">What each layer would write at step {props.step + 1}</caption>
      <thead>
        <tr>
          <th scope="col">layer</th>
          <th scope="col">likeliest</th>
          <th scope="col" class="n" title="Probability of the likeliest token">
            prob.
          </th>
          <th scope="col" class="n" title={`Place of “${written()}” among all tokens`}>
            rank
          </th>
          <th scope="col" class="n" title="Entropy of the layer's distribution, nats">
            nats
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={rowsOf(props.lens)}>
          {(layer) => {
            const cell = (): LensCell => props.lens.at(props.step, layer)
            return (
              <tr title={others(cell())}>
                <th scope="row">{layerName(layer, from())}</th>
                <td class={cell().likeliest[0]?.id === id() ? 'strong' : undefined}>{cell().likeliest[0]?.name}</td>
                <td class="n">{probability(Math.exp(cell().likeliest[0]?.logProb ?? 0))}</td>
                <td class="n">{count(cell().rank)}</td>
                <td class="n">{plain(cell().entropy)}</td>
              </tr>
            )
          }}
        </For>
      </tbody>
    </table>
  )
}
