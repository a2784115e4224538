/** The line beside an instance's id. */
import type { InstanceReply } from '#server/wire/instances.ts'
import { counted } from '#web/marks/numbers.ts'
import { attributeText } from '#web/views/list/columns.ts'

/** "topic award · 83 source tokens · 31 output tokens · greedy". */
export function factsOf(instance: InstanceReply, columns: readonly string[]): string {
  const attributes = columns
    .flatMap((name) => (Object.hasOwn(instance.attributes, name) ? [[name, instance.attributes[name]] as const] : []))
    .filter(
      ([, value]) =>
        value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    )
    .slice(0, 3)
    .map(([name, value]) => `${name} ${attributeText(value)}`)
  const { source, output } = instance
  const sizes = [counted(source.ids.length, 'source token')]
  if (output) sizes.push(counted(output.ids.length, 'output token'), output.decoding)
  return [...attributes, ...sizes].join(' · ')
}
