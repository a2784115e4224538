import { withCheckpoint } from './checkpoint.ts'
import { commonOptions } from './command.ts'
import type { Command } from './command.ts'
import { readTensorFile, writeTensorFile } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

/** `forward`: the whole forward pass with every tap. */
export const forward: Command = {
  name: 'forward',
  positionals: ['CHECKPOINT'],
  summary: 'logits, hidden states and attention of given ids',
  options: {
    inputs: { value: 'FILE', help: 'safetensors with input_ids [1, n] (and decoder_input_ids [1, m])' },
    output: { value: 'FILE', help: 'safetensors to write' },
    ...commonOptions,
  },
  run: (context) =>
    withCheckpoint(context, async ({ local, opened }) => {
      const { args, streams } = context
      const [from, to] = [args.text('inputs'), args.text('output')]
      if (from === undefined || to === undefined) throw new UsageError('Give both --inputs FILE and --output FILE')
      const inputs = await readTensorFile(from)
      const { kind } = opened.engine.model
      const prefix = kind === 'decoder-only' ? null : inputs.ids('decoder_input_ids')
      const tensors = await local.forward(opened.engine, inputs.ids('input_ids'), prefix)
      await writeTensorFile(to, tensors, { command: 'forward', device: opened.engine.device })
      const shapes = Object.entries(tensors).map(([name, { shape }]) => ({ name, shape }))
      if (args.has('json')) return streams.out(JSON.stringify({ output: to, tensors: shapes }))
      for (const { name, shape } of shapes) streams.out(`${name} [${shape.join(', ')}]`)
    }),
}
