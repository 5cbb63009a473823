/** Neuron types: the definition, then its two loops. */
import type { NeuronIr } from "../ir/ir.js";
import { neuronOperations } from "../plan/operations.js";
import { capitalised, neuronLoops } from "../neurons/index.js";
import { docText, initialiserText, objectOf, rangeText } from "./literals.js";
import type { Module } from "./module.js";

/** Statements of the module for one neuron type; those of the file itself are exported. */
export function neuronStatements(
  neuron: NeuronIr,
  module: Module,
  isExported: boolean,
): readonly string[] {
  const name = module.nameOf(neuron);
  const forwardName = module.fresh(`forward${capitalised(name)}`);
  const backwardName = module.fresh(`backward${capitalised(name)}`);
  const { file, line } = neuron.origin;
  const { forward, backward } = neuronLoops(neuron, {
    forwardName,
    backwardName,
    helpers: (helper) => module.helper(helper),
    place: (at) => module.places.at(file, at),
  });
  const fields: (readonly [string, string])[] = [
    ["name", JSON.stringify(neuron.name)],
    ["inputs", JSON.stringify(neuron.inputs)],
    ["parameters", `[${neuron.params.map(parameterText).join(", ")}]`],
    ["states", JSON.stringify(neuron.states.map((state) => state.name))],
    ["emits", JSON.stringify(neuron.emits)],
    [
      "operations",
      objectOf(Object.entries(neuronOperations(neuron)).map(([k, n]) => [k, String(n)])),
    ],
    ...(neuron.spike === undefined ? [["spikes", "false"] as const] : []),
    ["forward", forwardName],
    ["backward", backwardName],
  ];
  const doc = neuron.doc === undefined ? [] : neuron.doc.trim().split("\n");
  const label = module.places.at(file, line);
  const from = file.startsWith("sgnn:std") ? `sgnn:std, ${label}` : label;
  return [
    `${docText([...doc, `${neuron.name}: ${from}`])}\n${isExported ? "export " : ""}const ${name} = sg.defineNeuron(${objectOf(fields)});`,
    forward,
    backward,
  ];
}

function parameterText(param: NeuronIr["params"][number]): string {
  const fields: (readonly [string, string])[] = [
    ["name", JSON.stringify(param.name)],
    ["learn", String(param.learn)],
    ["per", JSON.stringify(param.per)],
    ["initial", initialiserText(param.initial)],
  ];
  if (param.range !== undefined) fields.push(["range", rangeText(param.range)]);
  return objectOf(fields);
}
