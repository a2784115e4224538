/** Activation functions under the names that `config.json` uses (transformers, `activations.py`). */
import { ComputeError } from '#compute/errors.ts'
import type { Value } from '#compute/graph/value.ts'
import { add, erf, gelu, max, min, mul, relu, sigmoid, softplus, square, sub, tanh } from '#compute/ops/elementwise.ts'

export type Activation = (x: Value) => Value

const exactGelu: Activation = (x) => gelu(x, 'none')
const tanhGelu: Activation = (x) => gelu(x, 'tanh')
const silu: Activation = (x) => mul(x, sigmoid(x))

const activations: Readonly<Record<string, Activation>> = {
  gelu: exactGelu,
  gelu_python: exactGelu,
  gelu_10: (x) => max(min(exactGelu(x), 10), -10),
  gelu_new: tanhGelu,
  gelu_fast: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  gelu_python_tanh: tanhGelu,
  gelu_accurate: tanhGelu,
  quick_gelu: (x) => mul(x, sigmoid(mul(x, 1.702))),
  // Half of 1 + erf((x − μ) / (σ√2)), with μ = √½ and σ = √(1 / 4π), rounded as transformers rounds them.
  // oxlint-disable-next-line oxc/approx-constant -- the models were trained with the rounded constant
  laplace: (x) => mul(0.5, add(1, erf(mul(sub(x, 0.707107), 1 / (0.282095 * Math.SQRT2))))),
  leaky_relu: (x) => max(x, mul(x, 0.01)),
  linear: (x) => x,
  mish: (x) => mul(x, tanh(softplus(x))),
  relu,
  relu2: (x) => square(relu(x)),
  relu6: (x) => min(relu(x), 6),
  sigmoid,
  silu,
  swish: silu,
  tanh,
}

/** The activation of a configuration. `field` says where the name stood. */
export function activationNamed(name: string, field: string): Activation {
  const activation = Object.hasOwn(activations, name) ? activations[name] : undefined
  if (activation === undefined) {
    const known = Object.keys(activations).join(', ')
    throw new ComputeError('unsupported', `config.json: ${field} is ${JSON.stringify(name)}; supported are ${known}`)
  }
  return activation
}
