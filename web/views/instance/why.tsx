/** The tab "Why": about the chosen output, the chosen source, or, before a choice, the whole output. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { TokenChoice } from '#collab/wire/document.ts'
import { plain, signed } from '#web/marks/numbers.ts'
import { strongest } from '#web/marks/scale.ts'
import { For } from '#web/solid.ts'
import { LinkButton } from '#web/widgets/messages.tsx'
import { unitOf } from './explanations.ts'
import { quoteOf } from './model.ts'
import { TokenBar } from './token-bar.tsx'
import { WhyOutput } from './why-output.tsx'
import type { WhyProps } from './why-output.tsx'

export function Why(props: WhyProps): JSX.Element {
  const side = createMemo(() => props.model.choice()?.side ?? null)
  return (
    <>
      <Show when={side() === 'output'}>
        <WhyOutput {...props} />
      </Show>
      <Show when={side() === 'source'}>
        <WhoDrew {...props} />
      </Show>
      <Show when={side() === null}>
        <Overview {...props} />
      </Show>
    </>
  )
}

/** The same read the other way round: who drew most on the chosen source. */
function WhoDrew(props: WhyProps): JSX.Element {
  const rows = createMemo(() => {
    const drawn = props.model.drawn() ?? []
    return strongest(drawn, 5, 0).map((index) => ({ index, value: drawn[index] ?? 0 }))
  })
  const largest = (): number => Math.max(1e-9, ...rows().map(({ value }) => Math.abs(value)))
  return (
    <>
      <h3>
        <span class="question">
          Who drew on {quoteOf(props.model.pieces(), props.model.choice() ?? { side: 'source', index: 0 })}?
        </span>
      </h3>
      <p>
        How much each output token drew on it.{' '}
        <LinkButton onClick={() => props.onChoose(strongestOutput(rows()))}>Open the strongest</LinkButton>
      </p>
      <h4>
        Outputs that drew on it most <span>{unitOf(props.model.options().objective)}</span>
      </h4>
      <div class="bars">
        <For each={rows()} fallback={<span class="dim wide">Not computed yet.</span>}>
          {({ index, value }) => (
            <TokenBar
              label={props.model.pieces().output[index]?.label}
              part={Math.abs(value) / largest()}
              colour={value < 0 ? 'var(--away-6)' : 'var(--toward-6)'}
              value={signed(value)}
              onChoose={() => props.onChoose({ side: 'output', index })}
            />
          )}
        </For>
      </div>
    </>
  )
}

const strongestOutput = (rows: readonly { readonly index: number }[]): TokenChoice => ({
  side: 'output',
  index: rows[0]?.index ?? 0,
})

/** Before a choice: how likely the whole output was, and where the model hesitated. */
function Overview(props: WhyProps): JSX.Element {
  const steps = createMemo(() => props.model.instance().output?.steps ?? [])
  const doubtful = createMemo(() =>
    strongest(
      steps().map((step) => step.entropy),
      5,
      0,
    ),
  )
  const logProb = (): number => steps().reduce((total, step) => total + step.logProb, 0)
  return (
    <>
      <h3>
        <span class="question">Why this output?</span>
      </h3>
      <p>Click a word of the output to see what it came from, or a word of the source to see where it went.</p>
      <Show when={steps().length > 0}>
        <p>log-prob of the whole output {plain(logProb(), 2)} nats</p>
        <h4>
          Where the model hesitated most <span>entropy, nats</span>
        </h4>
        <div class="bars">
          <For each={doubtful()}>
            {(index) => (
              <TokenBar
                label={props.model.pieces().output[index]?.label}
                part={(steps()[index]?.entropy ?? 0) / props.model.entropyScale()}
                value={plain(steps()[index]?.entropy ?? 0, 2)}
                onChoose={() => props.onChoose({ side: 'output', index })}
              />
            )}
          </For>
        </div>
      </Show>
    </>
  )
}
