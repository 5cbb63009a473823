/** Warnings about programs that are well typed and yet probably not what was meant. */
import { entry } from "../../diagnostic.js";
import { layer, listed, model } from "./examples.js";

export const lints = {
  unusedLet: entry<{ name: string }>({
    code: "T391",
    name: "unused-let",
    severity: "warning",
    message: ({ name }) => `nothing uses \`${name}\``,
    why: () => "its weights would never be trained",
    fix: ({ name }) => `remove it, or call it \`_${name}\``,
    example: {
      wrong: layer("let h = relu(x)", "return x @ w"),
      right: layer("let h = relu(x)", "return h @ w"),
    },
  }),
  sparsityLost: entry<{ dense: string; sparse: string; kind: string }>({
    code: "T392",
    name: "sparsity-lost",
    severity: "warning",
    message: ({ dense, kind }) =>
      `adding \`${dense}\` makes the sparse \`${kind}\` signal fully dense`,
    why: ({ sparse }) =>
      `${sparse}; every zero becomes the added number, and the product after it costs a multiplication for each`,
    fix: ({ dense }) => `move \`${dense}\` before the neuron, or after the product`,
    example: {
      wrong: layer(
        "param b: real[in] = zeros",
        "let s = over time 8 { (LIF(x) + b) @ w }",
        "return rate(s)",
      ),
      right: layer(
        "param b: real[in] = zeros",
        "let s = over time 8 { LIF(x + b) @ w }",
        "return rate(s)",
      ),
    },
  }),
  idleState: entry<{ neuron: string; states: readonly string[] }>({
    code: "T393",
    name: "idle-state",
    severity: "warning",
    message: ({ neuron, states }) =>
      `\`${neuron}\` runs a single step here, so its state ${listed(states)} never acts`,
    why: () => "a neuron outside of every time block starts anew at each call",
    fix: () => "put it into `over time 8 { .. }`",
    example: {
      wrong: model("return g.x |> Dense<4> |> LIF"),
      right: model("return over time 8 { g.x |> Dense<4> |> LIF } |> rate"),
    },
  }),
};
