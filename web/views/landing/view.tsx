/** The first page: what this is, the example workspaces, one's own, and what they take of the disk. */
import { useNavigate } from '@solidjs/router'
import type { JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup, Show } from 'solid-js'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { createEffect, For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Workspaces } from '#web/state/workspaces.ts'
import { createWorkspaces } from '#web/state/workspaces.ts'
import { RenameDialog } from '#web/views/session/sign-in.tsx'
import { modelSummary } from '#web/views/workspace/model-summary.ts'
import { BrandMark } from '#web/widgets/icons.tsx'
import { later } from '#web/widgets/later.tsx'
import { Banner, Bones, Late, LinkButton } from '#web/widgets/messages.tsx'
import { ThemeMenu } from '#web/widgets/theme-menu.tsx'
import { DiskUse } from './disk-use.tsx'
import { NewWorkspace } from './new-workspace.tsx'
import { OwnWorkspaces } from './own-workspaces.tsx'

/** The lanes are the workspace's own; they load after the page is there. */
const LiveExample = later(
  () => import('./live-example.tsx'),
  (module) => module.LiveExample,
  { waiting: () => null },
)

/** How often the people present and the last changes are read anew. */
const refreshInterval = 20_000

export function LandingPage(): JSX.Element {
  const app = useApp()
  const navigate = useNavigate()
  const workspaces = createWorkspaces(app)
  const [making, setMaking] = createSignal(false)
  keepFresh(workspaces)
  onMount(() => void (document.title = 'Coattend'))
  const examples = createMemo(() => inOrder(workspaces.list()?.filter((workspace) => workspace.example) ?? []))
  const newsroom = createMemo(() => examples().find((workspace) => workspace.id === 'newsroom') ?? null)
  return (
    <div class="landing">
      <Navigation />
      <main>
        <Hero example={examples()[0] ?? null} onNew={() => setMaking(true)} />
        <Show when={workspaces.error()}>
          {(error) => (
            <Banner kind="error">
              <b>The workspaces could not be listed.</b> {error()}
              <LinkButton onClick={() => void workspaces.refresh()}>Try again</LinkButton>
            </Banner>
          )}
        </Show>
        <Show when={app.person() && newsroom()}>{(example) => <LiveExample workspace={example()} />}</Show>
        <Principles />
        <Measured />
        <Cases list={examples()} loading={workspaces.list() === null && workspaces.error() === null} />
        <OwnWorkspaces workspaces={workspaces} onNew={() => setMaking(true)} />
        <DiskUse />
      </main>
      <footer class="landing-foot">
        <span>Implements “Visual Analytics for Generative Transformer Models”, Li et al., arXiv 2311.12418</span>
        <span class="grow" />
        <span>Apache-2.0</span>
      </footer>
      <NewWorkspace
        open={making()}
        onOpenChange={setMaking}
        make={(request) => workspaces.make(request)}
        onMade={({ id }) => navigate(`/w/${id}`)}
      />
    </div>
  )
}

/** The headline's example first, then by name; the list itself comes by last change. */
const inOrder = (examples: readonly WorkspaceReply[]): readonly WorkspaceReply[] =>
  examples.toSorted(
    (left, right) =>
      Number(right.id === 'newsroom') - Number(left.id === 'newsroom') || left.name.localeCompare(right.name),
  )

function keepFresh(workspaces: Workspaces): void {
  const app = useApp()
  const timer = setInterval(() => document.visibilityState === 'visible' && void workspaces.refresh(), refreshInterval)
  onCleanup(() => clearInterval(timer))
  // What a person may do in each workspace is known once they have a name.
  createEffect(() => {
    void app.person()
    void workspaces.refresh()
  })
}

function Navigation(): JSX.Element {
  const app = useApp()
  const [renaming, setRenaming] = createSignal(false)
  return (
    <nav class="nav" aria-label="Main">
      <a class="brand" href="/">
        <BrandMark />
        Coattend
      </a>
      <span class="grow" />
      <a href="#h-own">Workspaces</a>
      <a href="https://arxiv.org/abs/2311.12418">Paper</a>
      <ThemeMenu preferences={app.preferences} />
      <Show when={app.person()}>
        {(person) => (
          <>
            <button type="button" class="plain" title="Change your name" onClick={() => setRenaming(true)}>
              {person().name}
            </button>
            <RenameDialog open={renaming()} onOpenChange={setRenaming} person={person()} />
          </>
        )}
      </Show>
    </nav>
  )
}

function Hero(props: { readonly example: WorkspaceReply | null; readonly onNew: () => void }): JSX.Element {
  return (
    <section class="hero">
      <div>
        <h1>
          The article never says “chemist”.
          <br />
          The summary does.
        </h1>
        <p class="lead">
          Coattend opens one generative transformer to several people at once: which words carried a word, which heads
          looked where, whether pruning them changes anything, and whether you agree.
        </p>
      </div>
      <div class="calls">
        <Show when={props.example}>
          {(example) => (
            <a class="button solid large" href={`/w/${example().id}`}>
              Open {example().name}
            </a>
          )}
        </Show>
        <button type="button" class="button large" onClick={() => props.onNew()}>
          New workspace
        </button>
      </div>
    </section>
  )
}

/** What each example is a case of; its question comes from the server. */
const caseTitles: Readonly<Record<string, string>> = {
  newsroom: 'A profession from nowhere',
  phrasebook: 'Heads with jobs, heads without',
  quiz: 'What demonstrations do',
}

/** The examples as case studies: question, model, data. */
function Cases(props: { readonly list: readonly WorkspaceReply[]; readonly loading: boolean }): JSX.Element {
  return (
    <section class="cases" aria-labelledby="h-cases">
      <h2 id="h-cases">Case studies, each opens as a workspace</h2>
      <Show when={props.loading}>
        <Late>
          <Bones label="Reading the workspaces" widths={['100%', '100%', '100%']} />
        </Late>
      </Show>
      <For each={props.list}>
        {(workspace) => (
          <a class="case" href={`/w/${workspace.id}?case=1`}>
            <span class="mono">{workspace.id}</span>
            <b>{caseTitles[workspace.id] ?? workspace.name}</b>
            <span>{workspace.description}</span>
            <span class="model">
              {modelSummary(workspace.checkpoint)}
              <br />
              <OutputState workspace={workspace} />
            </span>
          </a>
        )}
      </For>
    </section>
  )
}

/** "1,000 texts", or how many of them the model has written from so far. */
export function OutputState(props: { readonly workspace: WorkspaceReply }): JSX.Element {
  const corpus = () => props.workspace.corpus
  const all = (): string => corpus().instances.toLocaleString('en')
  return (
    <span class="data">
      <Show when={corpus().outputs < corpus().instances} fallback={`${all()} texts`}>
        {corpus().outputs.toLocaleString('en')} of {all()} written
      </Show>
      <Show when={props.workspace.peopleHere > 0}> · {props.workspace.peopleHere} here</Show>
    </span>
  )
}

function Principles(): JSX.Element {
  return (
    <section class="three" aria-label="What it does">
      <div>
        <h2>Three views, one selection</h2>
        <p>
          States of every text and every step, heads of all kinds of attention, and the words themselves. Choose a word
          once; every view answers.
        </p>
      </div>
      <div>
        <h2>Work on the same evidence</h2>
        <p>
          Others’ selections are outlines, never repainted data. Hypotheses hold chips for and against; a chip opens the
          exact view it came from.
        </p>
      </div>
      <div>
        <h2>No number without its doubt</h2>
        <p>
          Attributions show their completeness gap, heads their measured effect when pruned, projections the neighbours
          they kept. A link is the same picture.
        </p>
      </div>
    </section>
  )
}

/** From the table of README.md, which says how each was measured. */
const measured = [
  {
    value: '72 ms',
    what: 'from a click to the first colours',
    how: 'newsroom, through HTTP and Socket.IO; 131 ms a word at final numbers where Captum takes 664 ms.',
  },
  {
    value: '1 %',
    what: 'completeness gap of every attribution',
    how: 'or it is marked: evaluations go where the gap arises until it is that small.',
  },
  {
    value: '7 ms',
    what: 'until an edit reaches a hundred people',
    how: '95 of 100 edits, twenty people moving, the server at a fifth of one core.',
  },
  {
    value: '7.8 s',
    what: 'for UMAP of 10,000 points of width 768',
    how: 'Processor time; umap-learn takes 12.0 s. Trustworthiness is 0.9915 for both.',
  },
] as const

function Measured(): JSX.Element {
  return (
    <section class="measured" aria-labelledby="h-measured">
      <h2 id="h-measured">Measured</h2>
      <div class="four">
        <For each={measured}>
          {({ value, what, how }) => (
            <div>
              <p class="measured-value">{value}</p>
              <p class="measured-what">{what}</p>
              <p class="measured-how">{how}</p>
            </div>
          )}
        </For>
      </div>
      <p class="measured-how">
        Two cores of a shared AMD EPYC, no graphics device, medians of paired runs; <code>npm run bench</code> repeats
        them on your machine.
      </p>
    </section>
  )
}
