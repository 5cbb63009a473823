/** Neurons built by hand for the tests of this folder. */
import type { NeuronIr, NeuronParamIr, Scalar } from "../../compiler/ir/ir.js";

const origin = { file: "lif.sgnn", line: 1, span: { start: 0, end: 0 } };

export const num = (value: number): Scalar => ({ tag: "number", value });
export const ref = (text: string): Scalar => ({ tag: "name", name: text });
export const bin = (left: Scalar, op: "+" | "-" | "*" | "/" | "^", right: Scalar): Scalar => ({
  tag: "binary",
  op,
  left,
  right,
});

export function param(name: string, learn: boolean, per: "channel" | "shared"): NeuronParamIr {
  return { name, learn, per, initial: { name: "constant", args: [0.9] }, range: undefined };
}

/** v = beta v + input; spike at v >= threshold; v = v - threshold. */
export function lif(changes: Partial<NeuronIr> = {}): NeuronIr {
  return {
    tag: "neuron",
    name: "LIF",
    doc: "Leaky integrate-and-fire, soft reset.",
    origin,
    inputs: ["input"],
    params: [param("beta", true, "shared"), param("threshold", false, "shared")],
    states: [{ name: "v", initial: num(0) }],
    updates: [
      {
        state: "v",
        value: bin(bin(ref("beta"), "*", ref("v")), "+", ref("input")),
        detached: false,
        line: 3,
      },
    ],
    spike: {
      margin: bin(ref("v"), "-", ref("threshold")),
      inclusive: true,
      below: undefined,
      surrogate: { name: "atan", args: [2], variable: undefined, derivative: undefined },
      line: 4,
    },
    resets: [{ state: "v", value: bin(ref("v"), "-", ref("threshold")), detached: false, line: 5 }],
    emit: { above: num(1), below: undefined, line: 6 },
    emits: "spike",
    ...changes,
  };
}
