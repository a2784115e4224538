/** The ONNX operators we emit (opset 20), with the number of inputs each is built with. Plain operators only: they run on every device. */
export interface DifferentiableOps {
  Add: 2
  Sub: 2
  Mul: 2
  Div: 2
  Min: 2
  Max: 2
  Pow: 2
  Neg: 1
  Abs: 1
  Exp: 1
  Log: 1
  Sqrt: 1
  Reciprocal: 1
  Tanh: 1
  Sin: 1
  Cos: 1
  Sigmoid: 1
  Erf: 1
  Relu: 1
  Gelu: 1
  Softplus: 1
  Where: 3
  Softmax: 1
  LogSoftmax: 1
  LayerNormalization: 3
  MatMul: 2
  Gemm: 2 | 3
  ReduceSum: 2
  ReduceMean: 2
  ReduceMax: 2
  Reshape: 2
  Transpose: 1
  Unsqueeze: 2
  Squeeze: 2
  Expand: 2
  Concat: number
  Split: 1 | 2
  Slice: 4
  Pad: 3
  Gather: 2
  Cast: 1
  Identity: 1
}

/** Operators whose result carries no gradient: indices, comparisons, shapes. */
export interface DiscreteOps {
  Shape: 1
  Range: 3
  Equal: 2
  Less: 2
  LessOrEqual: 2
  Greater: 2
  GreaterOrEqual: 2
  And: 2
  Not: 1
  ArgMax: 1
  TopK: 2
  Loop: number
}

export type Op = keyof DifferentiableOps | keyof DiscreteOps
