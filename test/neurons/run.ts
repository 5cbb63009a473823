/** Executes generated loops: strips the types and evaluates the two functions. */
import { ts } from "ts-morph";
import type { NeuronIr } from "../../compiler/ir/ir.js";
import { HELPER_TEXT, neuronLoops } from "../../compiler/neurons/index.js";
import type { HelperName } from "../../compiler/neurons/index.js";

export interface Loop {
  steps: number;
  units: number;
  channels: number;
  inputs: Float32Array[];
  inputStride: number[];
  parameters: Float32Array[];
  parameterStride: number[];
  output: Float32Array;
  trace: Float32Array[];
  outputGradient: Float32Array;
  spikesGradient: number;
  inputGradients: Float32Array[];
  parameterGradients: Float64Array[];
}
export interface Loops {
  readonly text: string;
  /** Returns the number of spikes. */
  readonly forward: (loop: Loop) => number;
  readonly backward: (loop: Loop) => void;
}

export function textOf(neuron: NeuronIr): string {
  const helpers = new Set<HelperName>();
  const { forward, backward } = neuronLoops(neuron, {
    forwardName: "forward",
    backwardName: "backward",
    helpers: (helper) => {
      helpers.add(helper);
      return helper;
    },
    place: (line) => `test.sgnn:${line}`,
  });
  return [...[...helpers].map((helper) => HELPER_TEXT[helper](helper)), forward, backward].join(
    "\n",
  );
}

export function compileLoops(neuron: NeuronIr): Loops {
  const text = textOf(neuron);
  const script = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  }).outputText;
  const build = new Function(`"use strict";\n${script}\nreturn { forward, backward };`);
  return { text, ...(build() as { forward: Loops["forward"]; backward: Loops["backward"] }) };
}
