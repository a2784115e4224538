/** The others' pointers over the points, where they look at the same layout. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { Spot } from '#collab/wire/presence.ts'
import type { Turn } from '#web/marks/points/orientation.ts'
import type { Point } from '#web/marks/points/view-transform.ts'
import { toLayout, toScreen } from '#web/marks/points/view-transform.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { createShownPointers } from '#web/state/pointers.ts'
import { useRoom } from '#web/state/room.ts'
import { Pointer } from '#web/widgets/pointer.tsx'
import type { PlotModel } from './model.ts'
import type { Stage } from './stage.ts'

type Place = Extract<Spot, { kind: 'place' }>

export function PointPointers(props: { readonly model: PlotModel; readonly stage: Stage }): JSX.Element {
  const shown = createShownPointers(useApp(), useRoom())
  const here = createMemo(() => {
    const [layout, layer] = [layoutName(props.model), props.model.layer()]
    return new Map(
      shown().flatMap(({ person, spot }) =>
        spot.kind === 'place' && spot.layout === layout && spot.layer === layer ? [[person.id, { person, spot }]] : [],
      ),
    )
  })
  const at = (spot: Place): Point => toScreen(props.stage.moment().transform, turnedPoint(spot.at, props.model.turn()))
  return (
    <For each={[...here().keys()]}>
      {(id) => (
        <Show when={here().get(id)}>{(present) => <Pointer person={present().person} at={at(present().spot)} />}</Show>
      )}
    </For>
  )
}

/** Where a pixel of the plot is in the layout's own coordinates, for the others; null while the layout is not finished. */
export function spotOf(model: PlotModel, stage: Stage, pixel: Point): Place | null {
  const layout = layoutName(model)
  if (layout === null) return null
  const { cosine, sine } = model.turn()
  const at = turnedPoint(toLayout(stage.moment().transform, pixel), { cosine, sine: -sine })
  return { kind: 'place', layout, layer: model.layer(), at: [...at] }
}

/** Two people with the same hash see the same coordinates. */
const layoutName = (model: PlotModel): string | null => model.layout()?.report?.hash ?? null

const turnedPoint = ([x, y]: Point, { cosine, sine }: Turn): Point => [x * cosine - y * sine, x * sine + y * cosine]
