/** Everything the Instance View draws, derived from the room: tokens, the attribution at hand, the scale, what is chosen. */
import type { Accessor } from 'solid-js'
import { createMemo } from 'solid-js'
import type { ModelKind } from '#compute/types.ts'
import type { AttributionOptionsValue, TokenChoice } from '#collab/wire/document.ts'
import type { Question } from '#server/wire/analyses.ts'
import type { InstanceReply, ScoredStep } from '#server/wire/instances.ts'
import type { CountFrom } from '#web/marks/head-name.ts'
import type { Piece, Unit } from '#web/marks/pieces.ts'
import { groupOf, piecesOf, spanText } from '#web/marks/pieces.ts'
import { reachOf, roundUp } from '#web/marks/scale.ts'
import type { Analysis } from '#web/state/analyses.ts'
import type { Entry } from '#web/state/attributions.ts'
import type { View } from '#web/state/permalink.ts'
import type { Scores } from '#web/state/scores.ts'
import type { Attention, Channel, Flow } from './attention.ts'
import { createAttention } from './attention.ts'
import type { Flag } from './flags.ts'
import { flagsOfInstance, signsOf } from './flags.ts'
import type { LaneFrame, Side } from './frame.ts'
import { makeFrame } from './frame.ts'
import type { Groups, Layout, Reaching } from './layout.ts'
import { drawnOn, everyContribution, reaching, spanOf } from './layout.ts'

export interface InstanceModel {
  readonly instance: Accessor<InstanceReply>
  readonly options: Accessor<AttributionOptionsValue>
  readonly pieces: Accessor<Readonly<Record<Side, readonly Piece[]>>>
  readonly layout: Accessor<Layout>
  /** The chosen token or span, only where the instance has it. */
  readonly choice: Accessor<TokenChoice | null>
  readonly entry: Accessor<Entry | null>
  readonly scores: Accessor<Scores | null>
  /** Contributions to the chosen output; null while there are none. */
  readonly reaching: Accessor<Reaching | null>
  /** What each output drew on the chosen source; null unless a source token is chosen. */
  readonly drawn: Accessor<readonly (number | null)[] | null>
  /** ± this value is the full colour. */
  readonly reach: Accessor<number>
  /** The same as it would be if nothing were compared. */
  readonly ownReach: Accessor<number>
  /** The entropy at which a foot bar has its full width, in nats. */
  readonly entropyScale: Accessor<number>
  /** What asks for a second look in the output. */
  readonly flags: Accessor<readonly Flag[]>
  /** What attention says beside it. */
  readonly attention: Attention
  readonly channel: Accessor<Channel>
  readonly flow: Accessor<Flow>
  readonly frame: (side: Side) => LaneFrame
  readonly unit: Accessor<Unit>
}

export interface ModelDeps {
  readonly kind: Accessor<ModelKind>
  readonly view: Accessor<View>
  /** The attribution known for an instance and options. */
  entry(instance: string, options: AttributionOptionsValue): Entry | null
  readonly instance: Accessor<InstanceReply>
  readonly unit: Accessor<Unit>
  readonly channel: Accessor<Channel>
  readonly flow: Accessor<Flow>
  /** The number of the first layer and the first head. */
  readonly countFrom: Accessor<CountFrom>
  /** Asks a question about the instance; null where nobody answers. */
  readonly ask: ((instance: InstanceReply, question: Question) => Accessor<Analysis>) | null
  /** The full colour of what this is compared with: the larger scale is that of both. */
  readonly otherReach?: Accessor<number>
  /** What the evidence on screen is about. */
  readonly spot: Accessor<TokenChoice | null>
}

export function createInstanceModel(deps: ModelDeps): InstanceModel {
  const { instance, unit, channel, flow } = deps
  const numbers = createNumbers(deps)
  const steps = (): readonly ScoredStep[] => instance().output?.steps ?? []
  const entropyScale = createMemo(() => roundUp(Math.max(0, ...steps().map((step) => step.entropy))))
  const flags = createMemo(() => flagsOfInstance(instance()))
  const attention = attentionOf(deps, numbers)
  const frame = createFrames(deps, { ...numbers, attention, flags })
  return { instance, unit, channel, flow, ...numbers, entropyScale, flags, attention, frame }
}

type Numbers = Pick<
  InstanceModel,
  'options' | 'pieces' | 'layout' | 'choice' | 'entry' | 'scores' | 'reaching' | 'drawn' | 'reach' | 'ownReach'
>

/** The attribution at hand, cut to the tokens of the instance. */
function createNumbers(deps: ModelDeps): Numbers {
  const { kind, view, instance, unit } = deps
  const options = createMemo(() => view().options)
  const pieces = createMemo(() => {
    const { source, output } = instance()
    return { source: piecesOf(source), output: output ? piecesOf(output) : [] }
  })
  const layout = createMemo<Layout>(() => ({
    kind: kind(),
    source: pieces().source.length,
    output: pieces().output.length,
  }))
  const groups = createMemo(() => groupsOf(pieces(), unit()))
  const choice = createMemo(() => withinInstance(view(), instance().id, pieces()))
  const entry = createMemo(() => deps.entry(instance().id, options()))
  const scores = createMemo(() => fittingScores(entry()?.scores ?? null, layout()))
  const ownReach = createMemo<number>((before) => {
    const at = scores()
    if (at) return reachOf(everyContribution(at, layout(), groups()))
    return isPending(entry()) ? before : 0
  }, 0)
  const reach = createMemo(() => (ownReach() === 0 ? 0 : Math.max(ownReach(), deps.otherReach?.() ?? 0)))
  const reachingMemo = createMemo(() => reachingOf(scores(), layout(), choice()))
  const drawn = createMemo(() => drawnOf(scores(), layout(), choice()))
  return { options, pieces, layout, choice, entry, scores, reaching: reachingMemo, drawn, reach, ownReach }
}

/** What the two lanes show. */
function createFrames(
  { channel, unit, spot }: ModelDeps,
  known: Numbers & Pick<InstanceModel, 'attention' | 'flags'>,
): InstanceModel['frame'] {
  const { pieces, choice, entry, attention } = known
  const signs = createMemo(() => signsOf(known.flags()))
  const given = createFills(known)
  const ofAttention = (): boolean => channel() === 'attention'
  const fills = createMemo<Fills>(() => (ofAttention() ? { ...noFills, ...attention.looking() } : given()))
  const makeSide = (side: Side): LaneFrame =>
    makeFrame({
      side,
      tone: ofAttention() ? 'amount' : 'signed',
      feet: side === 'source' && channel() === 'both' ? (attention.looking()?.source ?? null) : null,
      pieces: pieces()[side],
      values: fills()[side],
      reach: known.reach(),
      choice: choice(),
      spot: spot(),
      waiting: side === 'output' && !ofAttention() ? waitingOf(entry()) : null,
      unit: unit(),
      signs: side === 'output' ? signs() : noSigns,
      held: fills().held,
    })
  const source = createMemo(() => makeSide('source'))
  const output = createMemo(() => makeSide('output'))
  const frame = (side: Side): LaneFrame => (side === 'source' ? source() : output())
  return frame
}

function attentionOf(
  { view, instance, flow, countFrom, channel, ask }: ModelDeps,
  known: Pick<InstanceModel, 'layout' | 'choice' | 'reaching' | 'entry'>,
): Attention {
  const { layout, choice, reaching: at, entry } = known
  return createAttention({
    layout,
    choice,
    reaching: at,
    flow,
    countFrom,
    heads: () => view().heads,
    // The first colours of an attribution are waited for; attention comes after them.
    wanted: () => ask !== null && channel() !== 'attribution' && !isPending(entry(), true),
    ask: (question) => ask!(instance(), question), // wanted only then
  })
}

const noSigns: LaneFrame['signs'] = new Map()

type Fills = Readonly<Record<Side, readonly (number | null)[] | null>> & { readonly held: boolean }

const noFills: Fills = { source: null, output: null, held: false }

/** The values of both lanes. Between a choice and its first numbers the colours of the choice before stay, so that nothing flickers. */
function createFills(parts: Pick<InstanceModel, 'pieces' | 'entry' | 'reaching' | 'drawn'>): Accessor<Fills> {
  const { pieces, entry, reaching: at, drawn } = parts
  let text: unknown = null
  const fills = createMemo<Fills>((before) => {
    const sameText = text === pieces()
    text = pieces()
    const found: Fills = { source: at()?.source ?? null, output: drawn() ?? at()?.output ?? null, held: false }
    if (found.source !== null || found.output !== null) return found
    return sameText && isPending(entry()) ? { ...before, held: true } : noFills
  }, noFills)
  return fills
}

const unfinished: ReadonlySet<string> = new Set(['running', 'cancelled', 'failed'])

/** Whether numbers are under way; with `first`, whether there are none at all yet. */
const isPending = (entry: Entry | null, first = false): boolean =>
  (entry?.phase.kind === 'asking' || entry?.phase.kind === 'running') && !(first && entry.scores !== null)

/** While a run is under way, and where it was stopped: the outputs that it has not brought within the tolerance. */
function waitingOf(entry: Entry | null): LaneFrame['waiting'] {
  if (entry === null || entry.scores === null || !unfinished.has(entry.phase.kind)) return null
  const { converged } = entry.scores
  return (index) => converged[index] !== 1
}

/** A link or another person may name a token that this instance does not have. */
function withinInstance(
  view: View,
  instance: string,
  pieces: Readonly<Record<Side, readonly Piece[]>>,
): TokenChoice | null {
  const { instance: shown, token } = view
  if (shown !== instance || token === null) return null
  const last = pieces[token.side].length - 1
  const [first, end] = spanOf(token)
  if (first > last) return null
  return end > first
    ? { side: token.side, index: first, last: Math.min(end, last) }
    : { side: token.side, index: first }
}

/** Scores of another shape belong to an older output; drawing them would put values on the wrong words. */
function fittingScores(scores: Scores | null, layout: Layout): Scores | null {
  if (scores === null || scores.targets !== layout.output) return null
  return scores.sourceWidth >= layout.source ? scores : null
}

function reachingOf(scores: Scores | null, layout: Layout, choice: TokenChoice | null): Reaching | null {
  return scores && choice?.side === 'output' ? reaching(scores, layout, ...spanOf(choice)) : null
}

function drawnOf(scores: Scores | null, layout: Layout, choice: TokenChoice | null): readonly (number | null)[] | null {
  return scores && choice?.side === 'source' ? drawnOn(scores, layout, choice) : null
}

function groupsOf(pieces: Readonly<Record<Side, readonly Piece[]>>, unit: Unit): Groups | null {
  if (unit === 'pieces') return null
  const of = (side: Side): readonly number[] => pieces[side].map((piece) => groupOf(piece, unit))
  return { source: of('source'), output: of('output') }
}

/** The words of a choice, in quotation marks. */
export function quoteOf(pieces: Readonly<Record<Side, readonly Piece[]>>, choice: TokenChoice): string {
  const [first, last] = spanOf(choice)
  // A lone mark of a word start has no text; it is called as it is drawn.
  return `“${spanText(pieces[choice.side], first, last) || '·'}”`
}
