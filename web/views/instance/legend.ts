/** The key under the lanes, for an exported picture. */
import type { Inks } from '#web/export/inks.ts'
import type { LegendItem } from '#web/export/legend.ts'
import { rampColours, signedColours } from '#web/export/legend.ts'
import { plain } from '#web/marks/numbers.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { unitOf } from './explanations.ts'
import { digitsFor } from './frame.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'

/** What is in the picture: the scale of the fills, attention below the source, entropy below the output. */
export function legendOf(model: InstanceModel, ramps: Ramps, inks: Inks): readonly LegendItem[] {
  const { channel, attention } = model
  const items: LegendItem[] = []
  if (channel() === 'attention')
    items.push({
      kind: 'ramp',
      low: '0',
      high: `1, attention (square root), ${attention.name()}`,
      colours: rampColours(ramps.amount),
    })
  else if (model.reach() > 0) items.push(contributions(model, ramps))
  if (model.frame('source').feet)
    items.push({
      kind: 'bar',
      colour: rampColours(ramps.amount).at(-1) ?? 'none',
      text: `attention, ${attention.name()}`,
    })
  if (model.instance().output)
    items.push({ kind: 'bar', colour: inks.entropy, text: `entropy, full: ${plain(model.entropyScale(), 2)} nats` })
  return items
}

function contributions(model: InstanceModel, { away, toward }: Ramps): LegendItem {
  const reach = plain(model.reach(), digitsFor(model.reach()))
  const choice = model.choice()
  const of = choice?.side === 'output' ? `toward ${quoteOf(model.pieces(), choice)}` : 'toward each output'
  const unit = unitOf(model.options().objective)
  const words = [`+${reach}`, unit, of].filter((part) => part !== '').join(' ')
  return { kind: 'ramp', low: `−${reach}`, high: words, colours: signedColours(away, toward) }
}
