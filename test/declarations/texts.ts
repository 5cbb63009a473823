/** Declarations without any problem; tests change them in one place. */
import { expect } from "vitest";

export const data = `data Bars {
  generate trusses(count: 40, seed: 3)
  graph    g {
    nodes x = "x" by "node_ptr"
    edges = "edge_index" by "edge_ptr"
    edges bar = "edge_attr"
  }
  sample   field = "load", target = "y"
  split    random 80 : 10 : 10
  scale    x, bar, target standard
}
`;

export const model = `model Net<A: relu>(g: graph(x: real[N, 4], e.bar: real[E, 4]), field: real[G, 1]) -> real[G, 1] {
  return concat(pool mean g.x over g, field) |> Dense<8> |> A |> Dense<1>
}
`;

export const train = `${data}${model}train Net on Bars {
  loss     mse(output, target)
  optimize adam(rate: 1e-3)
  epochs   20
  batch    8
  seeds    1, 2
  schedule cosine(warmup: 2)
  clip     1
  patience 5
  select   mae
  report   mae, r2
}
`;

export const problem = `problem Heat {
  const    k = 0.1 / pi
  domain   x in [0, 1], t in [0, 1]
  field    u(x, t)
  equation d(u, t) - k * d(u, x, x) = 0
  initial  u(x, 0) = sin(pi * x)
  boundary u(0, t) = 0, u(1, t) = 0
  exact    u = exp(-k * pi ^ 2 * t) * sin(pi * x)
  sample   interior 1000 sobol, initial 100, boundary 100
  weights  fixed(initial: 10)
}
model HeatNet solves Heat { over (x, t) { Dense<20> |> tanh |> Dense<1> } }
`;

export const rest = `equilibrium Rest<H>(x: real[N, in], g: graph, carry: real[N, H]) -> real[N, H] {
  neuron   LIF<beta: 0.95, threshold: 2>
  param    w: real[H, H] = orthogonal  contraction 0.9
  param    u: real[in, H] = glorot
  param    bias: real[H] = zeros
  fixpoint a = clip((propagate(g, a) @ w + x @ u + carry + bias) / threshold, 0, 1)
  solve    anderson(memory: 5, tolerance: 1e-4, most: 60)
  gradient implicit(solver: anderson, tolerance: 1e-6, most: 60)
}
`;

export const convert = `model Net(x: real[N, 4]) -> real[N, 1] {
  return x |> Dense<8> |> tanh |> Dense<1>
}
convert Net to SpikingNet {
  steps     64
  rule      Dense |> tanh => Dense |> TernaryIF<activation: tanh>
  rule      last Dense => keep
  threshold range percentile 99.9
  calibrate weights, bias, potential on interior 1024
  stage     "tanh" { activations tanh, weights real, epochs 250, rate 1e-3 }
  distill   logits(temperature: 3, weight: 0.1), structure(weight: 100)
}
`;

/** `text` with the first `piece` replaced; the piece must be there. */
export function changed(text: string, piece: string, by: string): string {
  expect(text).toContain(piece);
  return text.replace(piece, () => by);
}
