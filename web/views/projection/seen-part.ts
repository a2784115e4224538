/** Which part of the layout is on screen, kept for links and for the next time the plot opens. */
import { untrack } from 'solid-js'
import { opposite, turnedPoint } from '#web/marks/points/orientation.ts'
import { toLayout } from '#web/marks/points/view-transform.ts'
import { createEffect } from '#web/solid.ts'
import type { LayoutParameters } from '#web/state/projection.ts'
import type { PlotModel } from './model.ts'
import type { ProjectionSettings, SeenPart } from './settings.ts'
import type { Stage } from './stage.ts'

/**
 * Goes to the part that the settings name, once the layout is finished: until then another one is on screen, where the same place is
 * something else. From then on, or from the first move of the hand, the settings are told what is seen.
 */
export function keepSeenPart(
  model: PlotModel,
  stage: Stage,
  settings: ProjectionSettings,
  asked: () => LayoutParameters,
): void {
  let wanted = untrack(settings.seen)
  createEffect(() => {
    const { moving, size } = stage.moment()
    const report = model.layout()?.report ?? null
    const finished = report !== null && report.parameters.method === asked().method && model.laid()?.standsIn === false
    if (moving || size.width === 0) return
    if (wanted !== null && stage.whole()) {
      if (!finished) return
      const { middle, factor } = wanted
      wanted = null
      return untrack(() => stage.look(turnedPoint(middle, model.turn()), factor))
    }
    wanted = null
    settings.setSeen(stage.whole() ? null : untrack(() => seenPart(model, stage)))
  })
}

function seenPart(model: PlotModel, stage: Stage): SeenPart {
  const { transform, size } = stage.moment()
  const middle = toLayout(transform, [size.width / 2, size.height / 2])
  return { factor: stage.factor(), middle: turnedPoint(middle, opposite(model.turn())) }
}
