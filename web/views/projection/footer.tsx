/** The foot of the pane: the layers to walk through, and what the layout is and how far it can be trusted. */
import type { JSX } from 'solid-js'
import { createMemo, createUniqueId, Match, Show, Switch } from 'solid-js'
import { percent, plain, share, timeLeft } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { LayerReport } from '#server/wire/projection-study.ts'
import type { Analysis } from '#web/state/analyses.ts'
import type { Layout } from '#web/state/layout.ts'
import { Banner, LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import { keptMeanText, methodNames, trustText, varianceText } from './parameter-texts.ts'
import { progressText, sentence } from './progress-text.ts'
import type { LayoutParameters as Parameters } from '#web/state/projection.ts'

export interface FooterProps {
  readonly layout: Layout | null
  readonly layer: number
  /** What the states are of: "Encoder layer". */
  readonly states: string
  readonly analysis: Analysis
  readonly parameters: Parameters
  readonly online: boolean
  readonly mayCancel: boolean
  readonly onLayer: (layer: number) => void
  readonly onCancel: () => void
  readonly onAgain: () => void
  /** Lays out what has come since. */
  readonly onRenew: () => void
}

export function Footer(props: FooterProps): JSX.Element {
  const layers = (): number => props.layout?.layers.length ?? 0
  return (
    <footer class="projection-foot">
      <Show when={layers() > 1}>
        <Scrubber {...props} count={layers()} />
      </Show>
      <div class="projection-state">
        <State {...props} />
      </div>
    </footer>
  )
}

function Scrubber(props: FooterProps & { readonly count: number }): JSX.Element {
  const id = createUniqueId()
  const last = (): number => props.count - 1
  const text = (): string => (props.layer === 0 ? 'layer 0, embeddings' : `layer ${props.layer} of ${last()}`)
  return (
    <div class="scrub">
      <label for={id}>{props.states}</label>
      <div class="scrub-track">
        <input
          id={id}
          type="range"
          min="0"
          max={last()}
          step="1"
          value={props.layer}
          aria-valuetext={text()}
          onInput={(event) => props.onLayer(Number(event.currentTarget.value))}
        />
        <div class="scrub-ticks" aria-hidden="true">
          <For each={ticksOf(last())}>
            {(tick) => <span style={{ left: `${(100 * tick) / last()}%` }}>{tick}</span>}
          </For>
        </div>
      </div>
    </div>
  )
}

/** At most seven numbers under the slider. */
const ticksOf = (last: number): readonly number[] => {
  const step = Math.max(1, Math.ceil(last / 6))
  return Array.from({ length: last + 1 }, (_, layer) => layer).filter((layer) => layer % step === 0 || layer === last)
}

function State(props: FooterProps): JSX.Element {
  const kind = (): Analysis['phase']['kind'] => props.analysis.phase.kind
  const failed = createMemo(() => {
    const { phase } = props.analysis
    return phase.kind === 'failed' || phase.kind === 'forbidden' ? phase : null
  })
  return (
    <Switch fallback={<Facts {...props} />}>
      <Match when={kind() === 'running' || kind() === 'asking'}>
        <Progress {...props} />
      </Match>
      <Match when={kind() === 'cancelled'}>
        <Banner kind="warn">
          <b>Cancelled.</b> {props.layout === null ? 'Nothing was laid out.' : 'What was laid out is kept.'}
          <LinkButton onClick={() => props.onAgain()}>Continue</LinkButton>
        </Banner>
      </Match>
      <Match when={failed()}>
        {(phase) => (
          <Banner kind={props.online ? 'error' : 'off'}>
            <b>{props.online ? 'Not laid out.' : 'Offline.'}</b> {sentence(phase().message)}
            <Show when={props.layout !== null}> The last layout is kept.</Show>
            <LinkButton onClick={() => props.onAgain()}>Try again</LinkButton>
          </Banner>
        )}
      </Match>
    </Switch>
  )
}

function Progress(props: FooterProps): JSX.Element {
  const progress = () => props.analysis.progress
  const done = (): number | null => {
    const now = progress()
    return now && now.total > 0 ? now.done / now.total : null
  }
  const left = (): string | null => {
    const eta = progress()?.eta
    return eta === null || eta === undefined ? null : timeLeft(eta)
  }
  return (
    <ProgressLine
      text={progressText(props.parameters.method, props.analysis)}
      done={done()}
      left={left()}
      onCancel={props.mayCancel && props.analysis.phase.kind === 'running' ? () => props.onCancel() : undefined}
    />
  )
}

/** What the layout is, in the words of its finished report. */
function Facts(props: FooterProps): JSX.Element {
  const report = () => props.layout?.report ?? null
  const laid = (): LayerReport | null => props.layout?.layers[props.layer]?.report ?? null
  const used = (): Parameters => report()?.parameters ?? props.parameters
  const partial = (): string | null => {
    const now = report()
    if (now === null || now.partial === null) return null
    return `${share(now.shown, now.of)} points, ${partialTexts[now.partial]}`
  }
  return (
    <p class="facts">
      <Show when={!props.online}>
        <span class="off">Offline: hover, filter and lasso work, new layouts wait. </span>
      </Show>
      <Show when={partial()}>
        {(text) => (
          <>
            <b>{text()}</b>
            <Show when={report()?.partial === 'outputs'}>
              <LinkButton onClick={() => props.onRenew()}>Lay out again</LinkButton>
            </Show>
            {' · '}
          </>
        )}
      </Show>
      {methodNames[used().method]}
      <Show when={laid()}>
        {(present) => (
          <>
            <Show when={used().method === 'pca' && present().variance.length === 2}>
              <span title={varianceText}>
                {' · '}PC 1 <b>{percent(present().variance[0] ?? Number.NaN)}</b>, PC 2{' '}
                <b>{percent(present().variance[1] ?? Number.NaN)}</b> of the variance
              </span>
            </Show>
            <Show when={present().trustworthiness !== null}>
              <span title={trustText}>
                {' · '}trustworthiness <b>{plain(present().trustworthiness ?? 0, 3)}</b>
              </span>
            </Show>
            <Show when={present().kept !== null}>
              <span title={keptMeanText}>
                {' · '}kept <b>{percent(present().kept ?? 0)}</b>
              </span>
            </Show>
          </>
        )}
      </Show>
      <Show when={used().method !== 'pca'}>
        <span title={factsTitle(used())}>
          {' · '}
          {factsText(used())}
        </span>
      </Show>
    </p>
  )
}

/** Why a layout holds less than the corpus. */
const partialTexts = {
  outputs: 'the others are still being written',
  problems: 'the model could write nothing for the others',
  sample: 'an even sample',
} as const

function factsText({ method, metric, neighbours, perplexity }: Parameters): string {
  const near = metric === 'cosine' ? 'cosine' : 'Euclidean'
  return `${near}, ${method === 'umap' ? `${neighbours} neighbours` : `perplexity ${plain(perplexity, 0)}`}`
}

/** All of them, also what the line has no room for. */
const factsTitle = (parameters: Parameters): string =>
  parameters.method === 'umap'
    ? `${factsText(parameters)}, least distance ${parameters.minDistance}, spread ${parameters.spread}, ${parameters.epochs ?? 'usual'} epochs, seed ${parameters.seed}`
    : `${factsText(parameters)}, ${parameters.epochs ?? 'usual'} epochs, seed ${parameters.seed}`
