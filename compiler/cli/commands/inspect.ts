/** `sgnnc inspect`: layers, weights, inputs and operation counts of the models in a file. */
import { inputNames } from "../../../runtime/inference/inputs.js";
import { addSizes, asInteger, constantSize, multiplySizes } from "../../check/size.js";
import { printCallable, printNeuron, printSize, printType } from "../../ir/print.js";
import type { Program } from "../../ir/program.js";
import type { ModelIr } from "../../ir/ir.js";
import type { GraphType, Size, TensorType } from "../../ir/types.js";
import { describe, total, type LayerRow, type ParameterRow } from "../../plan/describe.js";
import { countNames } from "../../plan/operations.js";
import { PASSES, plan } from "../../plan/index.js";
import type { Command } from "../command.js";
import { count, printDiagnostics, summary } from "../diagnostics.js";
import { exit } from "../errors.js";
import { findSource } from "../files.js";
import { checkOne } from "../sources.js";
import { boundModel, boundText, picojoulesOf } from "../training/energy-bound.js";
import { writePicture } from "../applying/picture.js";
import { textTable } from "../training/comparison.js";
import { modelsNamed } from "../training/experiments.js";
import { noModel, unknownModel } from "../training/unknown-model.js";

export const inspect: Command = {
  parameters: "<file>",
  description: `
Shows for each model and variant what goes in and comes out, every layer and neuron with its result
type, number of parameters and operations of one forward pass, and every weight by its path. Counts
are formulas in the number of nodes N, edges E and graphs G, and bounds: every unit fires at every
step. What a trained network really needs is measured by sgnnc evaluate and report energy.`,
  options: {
    model: { type: "text", value: "NAME", help: "only this model or variant" },
    plan: { type: "flag", help: "also show the operations before and after the plan passes" },
    picture: { type: "text", value: "FILE", help: "draw the stages of one model as FILE.svg" },
    run: { type: "text", value: "RUN", help: "with --picture: how often each stage of it fires" },
    json: { type: "flag", help: "print one JSON document on standard output" },
  },
  examples: [
    ["sgnnc inspect cora.sgnn", "all models and variants of the file"],
    ["sgnnc inspect cora.sgnn --model CoraVSN --plan", "what the optimiser made of one"],
    ["sgnnc inspect cora.sgnn --json", "weight paths and shapes for another program"],
    ["sgnnc inspect cora.sgnn --model CoraVSN --picture cora.svg", "the stages as a picture"],
  ],
  least: 1,
  most: 1,
  async run(invocation, terminal) {
    const checked = checkOne(findSource(invocation.positionals[0]));
    printDiagnostics([checked], terminal);
    if (checked.program === undefined) {
      terminal.err(`${summary(count([checked]), 1)}\n`);
      return exit.input;
    }
    const program = plan(checked.program);
    const written = asWritten(checked.program);
    const wanted = invocation.text("model");
    const meant = wanted === undefined ? undefined : modelsNamed(wanted, program);
    const models = program.models.filter((model) => meant?.includes(model.name) ?? true);
    const names = program.models.map((model) => model.name);
    if (names.length === 0) throw noModel(checked.source);
    if (wanted !== undefined && models.length === 0) {
      throw unknownModel(wanted, names, "inspect", checked.source);
    }
    const picture = invocation.text("picture");
    if (picture !== undefined || invocation.text("run") !== undefined) {
      const model = {
        program: checked.program,
        planned: program,
        names: models.map((one) => one.name),
      };
      return await writePicture(model, picture, invocation.text("run"), terminal);
    }
    const views = models.map((model) => viewOf(model, program));
    if (invocation.flag("json")) {
      const documents = views.map((view) => ({
        ...jsonOf(view, invocation.flag("plan"), program),
        ...(invocation.flag("plan")
          ? { planBefore: planText([view.model], written).split("\n") }
          : {}),
      }));
      const document = { file: checked.source.file, models: documents };
      terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
      return exit.fine;
    }
    terminal.out(views.map((view) => textOf(view)).join("\n"));
    if (invocation.flag("plan")) {
      const rows = models.flatMap(({ name }) => [
        [name, "as written", ...countsOf(written, name)],
        ["", "planned", ...countsOf(program, name)],
      ]);
      terminal.out(`\nPlan\n\n${textTable(["model", "", "MACs", "ADDs", "reads"], rows)}`);
      terminal.out(`\nAs written\n\n${planText(modelsOf(written, models), written)}\n`);
      terminal.out(`\nPlanned\n\n${planText(models, program)}\n`);
    }
    return exit.fine;
  },
};

interface View {
  readonly model: ModelIr;
  readonly rows: readonly LayerRow[];
  readonly weights: readonly ParameterRow[];
  readonly arrays: { readonly required: readonly string[]; readonly optional: readonly string[] };
}

function viewOf(model: ModelIr, program: Program): View {
  const rows = describe(program, model.name);
  const weights = new Map<string, ParameterRow>();
  for (const row of rows) for (const weight of row.parameters) weights.set(weight.path, weight);
  return { model, rows, weights: [...weights.values()], arrays: arraysOf(model) };
}

/** The names under which `sgnnc run` finds the inputs in an .npz file. */
function arraysOf(model: ModelIr): View["arrays"] {
  const tensor = (type: TensorType): { kind: string; dims: string[] } => ({
    kind: type.kind,
    dims: type.dims.map(printSize),
  });
  const fields = (of: ReadonlyMap<string, TensorType>) =>
    Object.fromEntries([...of].map(([name, type]) => [name, tensor(type)]));
  const graph = (type: GraphType) => ({
    kind: "graph" as const,
    nodes: fields(type.nodeFields),
    edges: fields(type.edgeFields),
  });
  const inputs = model.inputs.map(({ name, type }) => [
    name,
    type.tag === "graph" ? graph(type) : tensor(type),
  ]);
  return inputNames({
    name: model.name,
    inputs: Object.fromEntries(inputs) as Parameters<typeof inputNames>[0]["inputs"],
    output: tensor(model.result.type),
  });
}

function textOf({ model, rows, weights, arrays }: View): string {
  const from = model.isVariant ? ` (variant of ${model.model})` : "";
  const inputs = model.inputs.map(({ name, type }) => `${name}: ${printType(type)}`);
  const optional = arrays.optional.length === 0 ? "" : ` [${arrays.optional.join(", ")}]`;
  const cells = rows.map((row) => [
    row.path === "" ? "(model)" : row.path,
    row.layer,
    printType(row.resultType),
    printSize(elementsOf(row.parameters)),
    printSize(row.macs),
    printSize(row.adds),
    printSize(row.bitOps),
    printSize(row.bytes),
  ]);
  const sums = (["macs", "adds", "bitOps", "bytes"] as const).map((column) =>
    printSize(total(rows, column)),
  );
  const header = ["layer", "type", "result", "parameters", "MACs", "ADDs", "bit-ops", "bytes"];
  const footer = ["total", "", "", printSize(elementsOf(weights)), ...sums];
  const bound = countNames.map((column) => [column, total(rows, column)] as const);
  const list = weights.map((weight) => [
    weight.path,
    `[${weight.shape.map(printSize).join(", ")}]`,
    weight.learned ? "" : "running",
  ]);
  return [
    `${model.name}${from}\n`,
    `  in      ${inputs.join(", ")}\n`,
    `  out     ${printType(model.result.type)}\n`,
    `  arrays  ${arrays.required.join(", ")}${optional} -> output\n\n`,
    textTable(header, [...cells, footer]),
    `\n${boundText(new Map(bound))}`,
    list.length === 0 ? "" : `\n${textTable(["weight", "shape", ""], list)}`,
  ].join("");
}

function jsonOf({ model, rows, weights, arrays }: View, withPlan: boolean, program: Program) {
  const totals = Object.fromEntries(
    ([...countNames, "bytes"] as const).map((column) => [column, printSize(total(rows, column))]),
  );
  return {
    name: model.name,
    model: model.model,
    variant: model.isVariant,
    doc: model.doc ?? null,
    inputs: model.inputs.map(({ name, type }) => ({ name, type: printType(type) })),
    arrays,
    outputs: [{ name: "output", type: printType(model.result.type) }],
    layers: rows.map((row) => ({
      path: row.path,
      type: row.layer,
      result: printType(row.resultType),
      parameters: numberOf(elementsOf(row.parameters)),
      macs: printSize(row.macs),
      adds: printSize(row.adds),
      bitOps: printSize(row.bitOps),
      reads: printSize(row.reads),
      writes: printSize(row.writes),
      bytes: printSize(row.bytes),
    })),
    weights: weights.map((weight) => ({
      path: weight.path,
      shape: weight.shape.map(numberOf),
      learned: weight.learned,
      initial: weight.initial.name,
    })),
    total: { parameters: numberOf(elementsOf(weights)), ...totals },
    energyBound: boundOf(rows),
    ...(withPlan ? { plan: planText([model], program).split("\n") } : {}),
  };
}

/** The energy bound in picojoules, as a formula. */
function boundOf(rows: readonly LayerRow[]): { model: string; picojoules: string } {
  const counts = new Map(countNames.map((column) => [column, total(rows, column)]));
  return { model: boundModel.name, picojoules: printSize(picojoulesOf(counts)) };
}

/** Learned numbers in some weights. */
function elementsOf(weights: readonly ParameterRow[]): Size {
  return weights
    .filter((weight) => weight.learned)
    .map((weight) => weight.shape.reduce(multiplySizes, constantSize(1)))
    .reduce(addSizes, constantSize(0));
}

/** Sizes of weights are numbers in a model; a symbol would be printed as it is. */
function numberOf(size: Size): number | string {
  return asInteger(size) ?? printSize(size);
}

/** The program before any pass but the first: gathers as operations on edges, nothing rewritten. */
function asWritten(program: Program): Program {
  return PASSES.filter((pass) => pass.name === "lower-gather").reduce(
    (current, pass) => pass.run(current),
    program,
  );
}

function modelsOf(program: Program, like: readonly ModelIr[]): readonly ModelIr[] {
  return program.models.filter(({ name }) => like.some((one) => one.name === name));
}

/** Operations of one forward pass of a model. */
function countsOf(program: Program, model: string): readonly string[] {
  const rows = describe(program, model);
  return (["macs", "adds", "reads"] as const).map((column) => printSize(total(rows, column)));
}

/** The neurons, layers and models, one operation per line. */
function planText(models: readonly ModelIr[], program: Program): string {
  const used = new Set<string>();
  const visit = (callable: ModelIr | Program["layers"][number]): void => {
    for (const { target } of callable.members) {
      if (used.has(target.name)) continue;
      used.add(target.name);
      const layer = program.layers.find((one) => one.name === target.name);
      if (layer !== undefined) visit(layer);
    }
  };
  models.forEach(visit);
  return [
    ...program.neurons.filter((neuron) => used.has(neuron.name)).map(printNeuron),
    ...program.layers.filter((layer) => used.has(layer.name)).map(printCallable),
    ...models.map(printCallable),
  ].join("\n\n");
}
