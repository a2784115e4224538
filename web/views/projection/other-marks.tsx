/** Where the others are among the points: outlines round what they chose, rings round what they have open, a tag at each. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import type { Box } from '#web/marks/points/labels.ts'
import type { Point } from '#web/marks/points/view-transform.ts'
import { toScreen } from '#web/marks/points/view-transform.ts'
import { For } from '#web/solid.ts'
import { initialOf, personColour } from '#web/widgets/person.ts'
import type { PlotModel } from './model.ts'
import type { Outline } from './others.ts'
import { mostOutlines, openBy, outlineOf } from './others.ts'
import type { Stage } from './stage.ts'

interface Drawn extends Outline {
  readonly person: Person
  readonly text: string
}

export interface OtherMarks {
  readonly outlines: Accessor<readonly Drawn[]>
  /** What the tags of the outlines cover, for names to keep clear of. */
  readonly boxes: Accessor<readonly Box[]>
}

const widthOf = ({ text }: Drawn): number => text.length * 6 + 8

export function createOtherMarks(model: PlotModel, stage: Stage): OtherMarks {
  const outlines = createMemo(() => {
    const { places, transform } = stage.moment()
    return model
      .others()
      .slice(0, mostOutlines)
      .flatMap(({ person, chosen, count }) => {
        const outline = chosen.every((row) => row < places.x.length) ? outlineOf(chosen, places, transform) : null
        return outline === null ? [] : [{ ...outline, person, text: `${initialOf(person.name)} ${count}` }]
      })
  })
  const boxes = createMemo(() =>
    outlines().map((drawn) => {
      const half = widthOf(drawn) / 2 + 2
      const [x, y] = drawn.tag
      return { left: x - half, right: x + half, top: y - 2, bottom: y + 16 }
    }),
  )
  return { outlines, boxes }
}

export function OtherOutlines(props: { readonly marks: OtherMarks }): JSX.Element {
  return (
    <For each={props.marks.outlines()}>
      {({ person, path }) => (
        <path class="other-outline" style={{ '--p': personColour(person) }} data-dash={person.dash} d={path} />
      )}
    </For>
  )
}

/** Over the names of clusters: who chose is read before what is chosen. */
export function OtherTags(props: { readonly marks: OtherMarks }): JSX.Element {
  return <For each={props.marks.outlines()}>{(drawn) => <Tag {...drawn} at={drawn.tag} width={widthOf(drawn)} />}</For>
}

function Tag(props: {
  readonly person: Person
  readonly text: string
  readonly at: Point
  readonly width: number
}): JSX.Element {
  return (
    <g
      style={{ '--p': personColour(props.person) }}
      transform={`translate(${props.at[0].toFixed(1)} ${props.at[1].toFixed(1)})`}
    >
      <rect class="other-tag" x={-props.width / 2} width={props.width} height="14" rx="2" />
      <text class="other-name" y="10.5">
        {props.text}
      </text>
    </g>
  )
}

/** More people at one point are counted. */
const mostRings = 3

/** One ring inside the other where several have the same open; their initials stand side by side above. */
export function OpenRings(props: { readonly model: PlotModel; readonly stage: Stage }): JSX.Element {
  const open = createMemo(() => openBy(props.model.others()))
  const at = (row: number): Point | null => {
    const { places, transform } = props.stage.moment()
    return row < places.x.length ? toScreen(transform, [places.x[row]!, places.y[row]!]) : null
  }
  return (
    <For each={[...open()]}>
      {([row, people]) => (
        <Show when={at(row)}>
          {(place) => (
            <g transform={`translate(${place()[0].toFixed(1)} ${place()[1].toFixed(1)})`}>
              <For each={people.slice(0, mostRings)}>
                {(person, nth) => (
                  <>
                    <circle
                      class="other-ring"
                      data-dash={person.dash}
                      style={{ '--p': personColour(person) }}
                      r={10.5 + 3 * nth()}
                    />
                    <Tag person={person} text={initialOf(person.name)} at={[16 + 15 * nth(), -24]} width={13} />
                  </>
                )}
              </For>
              <Show when={people.length > mostRings}>
                <text class="other-more" x={10 + 15 * mostRings} y="-13.5">
                  +{people.length - mostRings}
                </text>
              </Show>
            </g>
          )}
        </Show>
      )}
    </For>
  )
}
