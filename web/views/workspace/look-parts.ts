/** Every control of the views that a link carries, one line each. What is looked at (instance, token, heads, layer, points, B) is in the permalink itself. */
import type { HeadSettings } from '#web/state/head-settings.ts'
import {
  cellModes,
  headForms,
  headPanels,
  headSettings,
  patternCurves,
  patternKinds,
  replacements,
} from '#web/state/head-settings.ts'
import type { LookKey, LookPart } from '#web/state/looks.ts'
import { choicePart, parsedPart, switchPart, wholePart } from '#web/state/looks.ts'
import type { Preferences, PreferenceValues } from '#web/state/preferences.ts'
import { channels, corpusForms, flows, units } from '#web/state/preferences.ts'
import type { Order } from '#web/state/instance-list.ts'
import { defaultParameters } from '#web/state/projection.ts'
import type { Room } from '#web/state/room.ts'
import { metrics } from '#web/views/attention/metrics.ts'
import { answers, lanesOfB } from '#web/views/instance/settings.ts'
import { pairKinds } from '#web/views/instance/pairs.ts'
import type { ColourBy } from '#web/views/projection/colouring.ts'
import { tools } from '#web/views/projection/gestures.ts'
import { encodeParameters, encodeSeen, parseParameters, parseSeen } from '#web/views/projection/link-text.ts'
import { stepsPlaces } from '#web/views/projection/settings.ts'
import { mostArcs } from '#web/views/instance/pair-state.ts'
import type { Desk, PaneName } from './desk.ts'
import { isPane } from './desk.ts'
import { presets } from './presets.ts'

export interface Looked {
  readonly preferences: Preferences
  readonly desk: Desk
  readonly room: Pick<Room, 'projection' | 'list'>
}

export const lookParts = (looked: Looked): readonly LookPart[] => [
  ...workspaceParts(looked),
  ...instanceParts(looked),
  ...projectionParts(looked),
  ...listParts(looked),
  ...headParts(looked),
]

type Usual<T> = readonly [T, ...T[]]

/** The choices with the usual one in front. */
const from = <T>(usual: T, choices: readonly T[]): Usual<T> => [usual, ...choices.filter((choice) => choice !== usual)]

/** A preference: what an address asks for is in force for this visit and not stored. */
function preferencePart<K extends 'preset' | 'corpusAs' | 'unit' | 'channel' | 'flow'>(
  { preferences }: Looked,
  names: readonly [key: LookKey, name: string],
  field: K,
  choices: Usual<PreferenceValues[K]>,
): LookPart {
  const write = (choice: PreferenceValues[K]): void => preferences.visit({ [field]: choice })
  return choicePart(names, choices, () => preferences.values()[field], write)
}

const workspaceParts = (looked: Looked): readonly LookPart[] => [
  preferencePart(looked, ['lay', 'the arrangement of the panes'], 'preset', from('instance', presets)),
  parsedPart(['full', 'the pane in full size'], '', () => looked.desk.full() ?? '', parsePane, looked.desk.setFull),
]

const parsePane = (text: string): PaneName | null | undefined => (isPane(text) ? text : text === '' ? null : undefined)

const instanceParts = (looked: Looked): readonly LookPart[] => [
  preferencePart(looked, ['in', 'pieces, words or sentences'], 'unit', units),
  preferencePart(looked, ['fill', 'what the lanes show'], 'channel', channels),
  preferencePart(looked, ['flow', 'how heads are taken together'], 'flow', flows),
  choicePart(['tab', 'the answer beside the lanes'], answers, looked.desk.answer, looked.desk.setAnswer),
  choicePart(['pair', 'the kind of pairs'], pairKinds, looked.desk.pairKind, looked.desk.setPairKind),
  wholePart(['arcs', 'the number of arcs'], 12, [1, mostArcs], looked.desk.arcs, looked.desk.setArcs),
  choicePart(['of', 'the lanes of B'], lanesOfB, looked.desk.ofB, looked.desk.setOfB),
]

function projectionParts(looked: Looked): readonly LookPart[] {
  const { projection } = looked.desk
  const { parameters, setParameters } = looked.room.projection
  const layout = (): string => encodeParameters(parameters())
  return [
    preferencePart(looked, ['as', 'the corpus as plot or table'], 'corpusAs', corpusForms),
    parsedPart(
      ['by', 'the colour of the points'],
      '',
      () => projection.colour() ?? '',
      parseColour,
      projection.setColour,
    ),
    choicePart(['tool', 'the tool of the plot'], tools, projection.tool, projection.setTool),
    choicePart(['steps', 'where decoder steps are drawn'], stepsPlaces, projection.steps, projection.setSteps),
    parsedPart(
      ['layout', 'the layout of the points'],
      encodeParameters(defaultParameters()),
      layout,
      parseParameters,
      setParameters,
    ),
    parsedPart(
      ['zoom', 'the part of the plot'],
      '',
      () => encodeSeen(projection.seen()),
      parseSeen,
      projection.setSeen,
    ),
  ]
}

function parseColour(text: string): ColourBy | null | undefined {
  if (text === '') return null
  if (text === 'none' || text === 'density' || text === 'reliability') return text
  return /^column:.{1,200}$/.test(text) ? `column:${text.slice('column:'.length)}` : undefined
}

const listParts = ({ room: { list } }: Looked): readonly LookPart[] => [
  parsedPart(['find', 'the search'], '', () => list.search(), parseSearch, list.setSearch),
  parsedPart(['sort', 'the order of the table'], '', () => encodeOrder(list.order()), parseOrder, list.setOrder),
  parsedPart(['own', 'own texts in the table'], '', () => (list.own() ? '1' : ''), parseOwn, list.setOwn),
]

const parseOwn = (text: string): boolean | undefined => (text === '' || text === '1' ? text === '1' : undefined)

const parseSearch = (text: string): string | undefined => (text.length <= 200 ? text : undefined)

/** `topic`, or `-topic` for the largest first. */
const encodeOrder = ({ sort, descending }: Order): string => (sort === null ? '' : `${descending ? '-' : ''}${sort}`)

function parseOrder(text: string): Order | undefined {
  if (text.length > 200) return undefined
  const sort = text.replace(/^-/, '')
  return { sort: sort === '' ? null : sort, descending: text.startsWith('-') }
}

const usualHeads: HeadSettings = headSettings.parse({})

function headParts({ preferences }: Looked): readonly LookPart[] {
  const now = (): HeadSettings => preferences.values().heads
  const set = (change: Partial<HeadSettings>): void => preferences.visit({ heads: { ...now(), ...change } })
  type Choice = 'mode' | 'as' | 'panel' | 'pattern' | 'curve' | 'value'
  const choice = <K extends Choice>(
    key: LookKey,
    name: string,
    field: K,
    choices: readonly HeadSettings[K][],
  ): LookPart =>
    choicePart(
      [key, name],
      from(usualHeads[field], choices),
      () => now()[field],
      (value) => set({ [field]: value }),
    )
  type Switch = 'sharedScale' | 'letters' | 'descending' | 'curveTable' | 'hideSink'
  const switched = (key: LookKey, name: string, field: Switch): LookPart =>
    switchPart(
      [key, name],
      usualHeads[field],
      () => now()[field],
      (on) => set({ [field]: on }),
    )
  const metric = (key: LookKey, name: string, field: 'metric' | 'across' | 'up'): LookPart =>
    parsedPart(
      [key, name],
      usualHeads[field],
      () => now()[field],
      parseMetric,
      (id) => set({ [field]: id }),
    )
  const whole = (key: LookKey, name: string, field: 'rows' | 'sorted', limits: readonly [number, number]): LookPart =>
    wholePart(
      [key, name],
      usualHeads[field],
      limits,
      () => now()[field],
      (value) => set({ [field]: value }),
    )
  return [
    metric('metric', 'the metric of the heads', 'metric'),
    choice('cells', 'what the cells show', 'mode', cellModes),
    switched('scale', 'the scale of the maps', 'sharedScale'),
    switched('roles', 'the letters of roles', 'letters'),
    choice('heads', 'the heads as map, scatter or list', 'as', headForms),
    metric('across', 'the metric across', 'across'),
    metric('up', 'the metric upwards', 'up'),
    whole('column', 'the order of the heads', 'sorted', [0, 20]),
    switched('falling', 'the order of the heads', 'descending'),
    choice('below', 'the panel below the maps', 'panel', headPanels),
    choice('pattern', 'the pattern', 'pattern', patternKinds),
    choice('shade', 'the shades of the pattern', 'curve', patternCurves),
    switched('sink', 'whether the first token is hidden', 'hideSink'),
    choice('instead', 'what stands in for a head', 'value', replacements),
    whole('rows', 'the number of texts', 'rows', [2, 500]),
    switched('table', 'the curve as a table', 'curveTable'),
  ]
}

const parseMetric = (text: string): string | undefined => (metrics.some(({ id }) => id === text) ? text : undefined)
