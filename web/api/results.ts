/** Attributions as they arrive: the finished file over HTTP, parts of it over the socket. */
import type { Attribution, PartialAttribution } from '#compute/types.ts'
import { paths } from '#server/wire/paths.ts'
import { WebError } from '#web/errors.ts'
import type { Api } from './request.ts'
import type { Tensor } from './safetensors.ts'
import { parseTensors } from './safetensors.ts'

/** The finished attribution stored under a hash. */
export async function readResult(api: Api, workspace: string, hash: string): Promise<Attribution> {
  return parseAttribution(await api.bytes(paths.result(workspace, hash)))
}

/** Checks that all seven tensors are there and agree in their number of targets. */
export function parseAttribution(bytes: Uint8Array): Attribution {
  return attributionOf(parseTensors(bytes))
}

/** The same, with the tensor that says which targets these are. */
export function parsePartial(bytes: Uint8Array): PartialAttribution {
  const tensors = parseTensors(bytes)
  const attribution = attributionOf(tensors)
  const targets = integers(tensors, 'targets')
  if (targets.length !== attribution.objective.length) throw mismatch('targets')
  return { ...attribution, targets: Array.from(targets) }
}

function attributionOf(tensors: ReadonlyMap<string, Tensor>): Attribution {
  const objective = floats(tensors, 'objective')
  const rows = objective.length
  const vector = (name: string): Float32Array => sized(floats(tensors, name), rows, name)
  return {
    source: matrix(tensors, 'source', rows),
    prefix: matrix(tensors, 'prefix', rows),
    objective,
    baselineObjective: vector('baselineObjective'),
    gap: vector('gap'),
    nodes: sized(integers(tensors, 'nodes'), rows, 'nodes'),
    converged: sized(flags(tensors, 'converged'), rows, 'converged'),
  }
}

function matrix(tensors: ReadonlyMap<string, Tensor>, name: string, rows: number): Float32Array {
  const data = floats(tensors, name)
  if (tensors.get(name)?.shape[0] !== rows) throw mismatch(name)
  return data
}

function sized<T extends { readonly length: number }>(data: T, rows: number, name: string): T {
  if (data.length !== rows) throw mismatch(name)
  return data
}

function floats(tensors: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const tensor = tensors.get(name)
  if (tensor?.dtype !== 'F32') throw mismatch(name)
  return tensor.data
}

function integers(tensors: ReadonlyMap<string, Tensor>, name: string): Int32Array {
  const tensor = tensors.get(name)
  if (tensor?.dtype !== 'I32') throw mismatch(name)
  return tensor.data
}

function flags(tensors: ReadonlyMap<string, Tensor>, name: string): Uint8Array {
  const tensor = tensors.get(name)
  if (tensor?.dtype !== 'U8') throw mismatch(name)
  return tensor.data
}

const mismatch = (name: string): WebError =>
  new WebError(
    'bad-file',
    `The result file has no fitting tensor "${name}". Reload the page; it may be of another version.`,
  )
