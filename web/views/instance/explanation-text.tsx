/** The text behind "How is this computed?". */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { AttributionOptionsValue } from '#collab/wire/document.ts'
import { baselineName, definitions, methodNames, objectiveNoun, unitOf } from './explanations.ts'

/** The text of the panel; it names the options in force. */
export function ExplanationText(props: { readonly options: AttributionOptionsValue }): JSX.Element {
  const definition = () => {
    const { method } = props.options
    return method === 'integrated-gradients' ? null : definitions[method]
  }
  return (
    <>
      <h3>{methodNames[props.options.method]}</h3>
      <Show
        when={definition() === null}
        fallback={
          <>
            <p class="formula">{definition()?.formula}</p>
            <p>
              F is {fText(props.options)}. {definition()?.text}
            </p>
          </>
        }
      >
        <p class="formula">score of word i = (xᵢ − x′ᵢ) · ∫₀¹ ∂F(x′ + α (x − x′)) / ∂xᵢ dα</p>
        <p>
          x is the embedding of a word as the model reads it, x′ the baseline (
          {baselineName(props.options.baseline).toLowerCase()}
          ), F {fText(props.options)}. Source and earlier output travel the path together. Scores keep their sign and
          are summed over the width of the embedding; their unit is that of F
          {unitOf(props.options.objective) ? ', nats' : ''}. (Sundararajan, Taly and Yan, 2017.)
        </p>
        <p>
          <b>Completeness.</b> All scores must add up to F(x) − F(x′). The integral is taken at a number of points
          (Gauss-Legendre nodes); the gap is what the sum misses. A gap above the tolerance is shown as not converged.
        </p>
      </Show>
      <p>
        <b>Limits.</b> Another baseline gives other scores. Words that act together share a score in no unique way.
        Attribution is not explanation: it says what contributed to this number in this model, not why, and not whether
        the text is true.
      </p>
    </>
  )
}

function fText({ objective, contrast }: AttributionOptionsValue): string {
  const noun = objectiveNoun[objective]
  return contrast === null
    ? `the ${noun} of the output token`
    : `the ${noun} of the output token minus that of the token it is compared with`
}
