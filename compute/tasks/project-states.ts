import { project } from '#compute/projection/project.ts'
import type { ProductOptions } from '#compute/projection/products.ts'
import type { ProjectTask, Projection } from '#compute/types.ts'
import type { TaskStep } from './run-task.ts'

/** Milliseconds between two pictures that are sent: epochs are shorter. */
const picturePause = 100

/** Lays out the points of a task, epoch by epoch. */
export async function* projectStates(
  { layers, added, options }: ProjectTask,
  products: ProductOptions,
): AsyncGenerator<TaskStep, Projection> {
  const named = layers.map((layer, l) => ({ ...layer, name: layers.length === 1 ? 'The data' : `Layer ${l}` }))
  const fresh = added === null ? null : { ...added, name: 'The new data' }
  const steps = project({ layers: named, added: fresh, given: null }, options, products)
  let step = await steps.next()
  for (let shown = -Infinity; step.done !== true; step = await steps.next()) {
    const { progress, snapshot } = step.value
    const isDue = snapshot !== null && performance.now() - shown >= picturePause
    if (isDue) shown = performance.now()
    yield { progress, partial: isDue ? snapshot : null }
  }
  return step.value
}
