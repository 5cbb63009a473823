/** P78x: what an equilibrium block must be to have an equilibrium, a solver and a gradient. */
import { entry } from "../diagnostic.js";

const right = `equilibrium Rest<H>(x: real[N, H], g: graph) -> real[N, H] {
  neuron   LIF<beta: 0.95, threshold: 2>
  param    w: real[H, H] = orthogonal  contraction 0.9
  fixpoint a = clip((propagate(g, a) @ w + x) / threshold, 0, 1)
  solve    anderson(memory: 5)
  gradient implicit(solver: anderson)
}`;
const changed = (piece: string, by: string): string => right.replace(piece, by);

export const equilibrium = {
  boundTooLarge: entry<{ bound: string; sum: string }>({
    code: "P780",
    name: "bound-too-large",
    severity: "error",
    message: ({ bound }) =>
      `this map is bounded by ${bound} only, so its equilibrium may not exist`,
    why: ({ sum }) =>
      `one turn around the equations stretches a difference by at most ${sum}; it shrinks for certain only below 1`,
    fix: () =>
      "lower a `contraction` or raise the threshold, or write `unchecked` to take the risk",
    example: { wrong: changed("threshold: 2", "threshold: 0.5"), right },
  }),
  noBound: entry<{ text: string; state: string }>({
    code: "P781",
    name: "no-bound",
    severity: "error",
    message: ({ text }) => `nothing is known about how much \`${text}\` stretches a difference`,
    why: ({ state }) =>
      `\`${state}\` passes through it, and the fixpoint is certain only when every turn around the equations shrinks`,
    fix: () =>
      "use sums, products with a bounded `param`, `propagate`, numbers, and functions of slope at most 1, or write `unchecked`",
    example: { wrong: changed("propagate(g, a) @ w", "exp(propagate(g, a) @ w)"), right },
  }),
  contractionShape: entry<{ type: string }>({
    code: "P782",
    name: "contraction-shape",
    severity: "error",
    message: ({ type }) => `a contraction of \`${type}\``,
    why: () => "it bounds the spectral norm, which only a matrix with two dimensions has",
    fix: () => "declare the parameter with two dimensions, or remove `contraction`",
    example: { wrong: changed("w: real[H, H]", "w: real[H]").replace("@ w", "* w"), right },
  }),
  layerInFixpoint: entry<{ name: string; state: string }>({
    code: "P783",
    name: "layer-in-fixpoint",
    severity: "error",
    message: ({ name, state }) =>
      `\`${name}\` is called on \`${state}\`, which is being solved for`,
    why: () =>
      "the gradient of a fixpoint is taken for the weights that its equations name, not for those inside a layer",
    fix: () => "write the product with a `param` of the equilibrium, e.g. `propagate(g, a) @ w`",
    example: { wrong: changed("propagate(g, a) @ w", "(a |> Dense<H>)"), right },
  }),
  notARate: entry<{ name: string; threshold: string }>({
    code: "P784",
    name: "not-a-rate",
    severity: "error",
    message: ({ name }) =>
      `\`${name}\` is not the rate of the block's neuron, so it cannot be simulated`,
    why: ({ threshold }) =>
      `spikes are simulated for \`clip(current / ${threshold}, 0, 1)\`, the rate at rest`,
    fix: ({ name }) =>
      `write \`${name} = clip((..) / threshold, 0, 1)\`, or solve with \`anderson\``,
    example: {
      wrong: changed("anderson(memory: 5)", "simulate(steps: 30)").replace(
        "clip((propagate(g, a) @ w + x) / threshold, 0, 1)",
        "tanh(propagate(g, a) @ w + x)",
      ),
      right,
    },
  }),
  notIntegrateAndFire: entry<{ neuron: string }>({
    code: "P785",
    name: "not-integrate-and-fire",
    severity: "error",
    message: ({ neuron }) => `\`${neuron}\` has no rate at rest in closed form`,
    why: () =>
      "an equilibrium is the rate of (leaky) integrate-and-fire with soft reset: `v = beta * v + input`, spikes at `v >= threshold`, `v = v - threshold`, fixed numbers",
    fix: () => "use `LIF` or `IF` with numbers for its parameters",
    example: {
      wrong: changed("LIF<beta: 0.95, threshold: 2>", "PLIF").replace("/ threshold", "/ 2"),
      right,
    },
  }),
};
