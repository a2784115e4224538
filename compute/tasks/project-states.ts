import { projectLayers } from '#compute/projection/project-layers.ts'
import type { ProductOptions } from '#compute/projection/products.ts'
import { openStates } from '#compute/projection/stored-states.ts'
import type { ProjectTask, ProjectedLayers } from '#compute/types.ts'
import type { TaskStep } from './run-task.ts'

/** Milliseconds between two pictures that are sent: epochs are shorter. */
const picturePause = 100

/** Lays out the points of a task, epoch by epoch. What is there of every layer at first and at last is always sent. */
export async function* projectStates(
  { points, added, given, options }: ProjectTask,
  products: ProductOptions,
): AsyncGenerator<TaskStep, ProjectedLayers> {
  const input = { points: openStates(points), added: added && openStates(added), given }
  const steps = projectLayers(input, options, products)
  let step = await steps.next()
  for (let shown = -Infinity; step.done !== true; step = await steps.next()) {
    const { progress, part } = step.value
    const isDue = part !== null && (part.stage !== 'moving' || performance.now() - shown >= picturePause)
    if (isDue) shown = performance.now()
    yield { progress, partial: isDue ? part : null }
  }
  return step.value
}
