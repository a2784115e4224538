/** The first step of the quiz: one question under its four conditions, side by side. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup, Show, untrack } from 'solid-js'
import type { Filter } from '#collab/wire/document.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { readInstance, readInstances } from '#web/api/instances.ts'
import { messageOf } from '#web/errors.ts'
import { probability } from '#web/marks/numbers.ts'
import { createEffect, For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { Banner, Bones, Late, LinkButton } from '#web/widgets/messages.tsx'
import { viewOfToken } from '../instance-link.tsx'
import { LookFor } from '../prose.tsx'
import { conditionLabel, demonstrationLabels, inOrder, questionOf } from './segments.ts'

/** The column that prompts of one question share. */
const questionField = 'queryId'

/** The prompts of the question that is open; of the first one of the corpus where none is. */
function createPrompts() {
  const app = useApp()
  const room = useRoom()
  const [prompts, setPrompts] = createSignal<readonly InstanceReply[]>([])
  const [problem, setProblem] = createSignal<string | null>(null)
  const [tries, setTries] = createSignal(0)
  // It stays while another prompt is on its way, and where a text of somebody's own is open.
  const question = createMemo<string | null>((before) => {
    const state = room.instances.current()
    const open = state.kind === 'ready' ? state.instance.attributes[questionField] : undefined
    return typeof open === 'string' ? open : before
  }, null)
  const list = (question: string | null, offset: number, limit: number, signal?: AbortSignal) => {
    const only: readonly Filter[] =
      question === null ? [] : [{ kind: 'is', field: questionField, values: [question], not: false }]
    const query = { search: '', filters: only, sort: null, descending: false, offset, limit }
    return readInstances(app.api, room.id, query, signal)
  }
  createEffect(() => {
    void tries()
    const asking = new AbortController()
    const read = async (): Promise<void> => {
      const { rows } = await list(question(), 0, 4, asking.signal)
      setPrompts(await Promise.all(rows.map(({ id }) => readInstance(app.api, room.id, id, asking.signal))))
      setProblem(null)
    }
    read().catch((error: unknown) => !asking.signal.aborted && setProblem(messageOf(error)))
    onCleanup(() => asking.abort())
  })
  /** Opens the first prompt of the question before or after. */
  const step = async (by: 1 | -1): Promise<void> => {
    const ordinals = untrack(prompts).map(({ ordinal }) => ordinal)
    const all = untrack(room.list.all) ?? 0
    if (all === 0) return
    // After the last question comes the first.
    const at = (by > 0 ? Math.max(...ordinals) + 1 : Math.min(...ordinals) - 1 + all) % all
    try {
      const [row] = (await list(null, at, 1)).rows
      const other = row?.attributes[questionField]
      const [first] = typeof other === 'string' ? (await list(other, 0, 1)).rows : []
      if (first !== undefined) room.selection.select(viewOfToken(first.id, 0))
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return { prompts, problem, again: () => setTries((before) => before + 1), step }
}

export function Conditions(): JSX.Element {
  const { prompts, problem, again, step } = createPrompts()
  const first = (): InstanceReply | undefined => prompts()[0]
  return (
    <>
      <p>
        Every question stands in the corpus four times: after demonstrations with their right answers (gold), with
        answers drawn by chance (random), without any (no demos), and with a lure among its options, a word that all
        demonstrations answer or a near miss (adversarial).
      </p>
      <Show when={problem()}>
        {(text) => (
          <Banner kind="error">
            {text()} <LinkButton onClick={() => again()}>Try again</LinkButton>
          </Banner>
        )}
      </Show>
      <Show
        when={first()}
        fallback={
          <Show when={problem() === null}>
            <Late>
              <Bones label="Reading the prompts" widths={['60%', '90%', '90%', '90%', '90%']} />
            </Late>
          </Show>
        }
      >
        {(present) => (
          <>
            <table class="case-list">
              <caption>{`Question “${questionOf(present().source.text)}”, right answer “${present().reference}”`}</caption>
              <thead>
                <tr>
                  <th scope="col">Condition</th>
                  <th scope="col" title="What the demonstrations before the question answer, in their order.">
                    Demonstrations say
                  </th>
                  <th scope="col" title="The first line that the model writes.">
                    Model writes
                  </th>
                  <th scope="col" class="n" title="Probability of the first token that the model writes, 0 to 1.">
                    p
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={inOrder(prompts())}>{(prompt) => <PromptRow prompt={prompt} />}</For>
              </tbody>
            </table>
            <p class="line">
              <button type="button" class="button small" onClick={() => void step(-1)}>
                Previous question
              </button>
              <button type="button" class="button small" onClick={() => void step(1)}>
                Next question
              </button>
            </p>
          </>
        )}
      </Show>
      <LookFor>
        the labels of the demonstrations in the Instance View. Do they contribute to the answer although they name other
        things? What becomes of that when they are wrong?
      </LookFor>
    </>
  )
}

function PromptRow(props: { readonly prompt: InstanceReply }): JSX.Element {
  const room = useRoom()
  const written = (): string => firstLine(props.prompt.output?.text ?? '–')
  const isRight = (): boolean => written() === props.prompt.reference
  const first = () => props.prompt.output?.steps[0]
  return (
    <tr>
      <td>
        <button
          type="button"
          class="link"
          title="Open this prompt at its answer"
          aria-current={room.selection.view().instance === props.prompt.id ? 'true' : undefined}
          onClick={() => room.selection.select(viewOfToken(props.prompt.id, 0))}
        >
          {conditionLabel(String(props.prompt.attributes['condition'] ?? props.prompt.id))}
        </button>
      </td>
      <td>{demonstrationLabels(props.prompt.source.text).join(', ') || '–'}</td>
      <td>
        {written()}
        <Show when={props.prompt.output}>
          <span class="dim">{isRight() ? ', right' : ', wrong'}</span>
        </Show>
      </td>
      <td class="n">{first() === undefined ? '–' : probability(Math.exp(first()!.logProb))}</td>
    </tr>
  )
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? ''
