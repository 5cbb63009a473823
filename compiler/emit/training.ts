/** Data specifications, losses and the list of experiments. */
import type { Program } from "../ir/program.js";
import type { DataIr, FunctionIr, TrainIr } from "../ir/ir.js";
import { bodyOf } from "./body.js";
import { docOf, inputType } from "./classes.js";
import { docText, literal } from "./literals.js";
import type { Literal } from "./literals.js";
import { experimentName } from "./module.js";
import type { Module } from "./module.js";

/** A function of the language, or a loss, as a TypeScript function. */
export function functionText(fn: FunctionIr, module: Module): string {
  const needs = module.needsOf(fn);
  const body = bodyOf(fn, module, (name) => name);
  const parameters = fn.inputs.map((input, k) => `${body.inputs[k]}: ${inputType(input)}`);
  const numbers = (keys: readonly string[]): string =>
    `{ ${keys.map((key) => `${key}: number`).join("; ")} }`;
  if (needs.sizes.length > 0) parameters.push(`size: ${numbers(needs.sizes)}`);
  if (needs.constants.length > 0) parameters.push(`constants: ${numbers(needs.constants)}`);
  if (needs.run) parameters.push("run: Run");
  return [
    docText(docOf(fn, module)),
    `function ${module.nameOf(fn)}(${parameters.join(", ")}): Tensor {`,
    ...body.statements,
    "}",
  ].join("\n");
}

/** A data declaration as a constant. */
export function dataText(data: DataIr, module: Module): string {
  const { name, doc, files, generate, graph, samples, split, scale, augment } = data;
  const spec: Literal = {
    name,
    doc,
    files,
    generate: generate === undefined ? undefined : { name: generate.name, args: generate.args },
    graph,
    samples,
    split,
    scale,
    augment: augment.length === 0 ? undefined : augment.map((change) => ({ ...change })),
  };
  const comment = docText(docOf({ ...data, declaredName: name }, module));
  return `${comment}\nexport const ${module.nameOf(data)}: sg.DataSpec = ${literal(spec)};`;
}

/** Every model that a train declaration names, ready to be trained. */
export function experimentsText(program: Program, module: Module, hash: string): string {
  const label = module.places.labelOf(program.file);
  const specs: string[] = [];
  const entries = program.trains.flatMap((train) => {
    const specName = module.fresh(`${train.loss.name.replace(/Loss$/, "")}Training`);
    const place = module.places.of(train.origin);
    specs.push(
      `/** Training, ${place} */\nconst ${specName}: sg.TrainSpec = ${literal(trainSpec(train))};`,
    );
    return train.models.map((model) => experimentText(train, model, specName, program, module));
  });
  const source = literal({ file: label, hash });
  return [
    ...specs,
    "/** What `sgnnc train` runs. */",
    `export const experiments: sg.Experiment[] = [${entries.map((fields) => `{ ${[...fields, `source: ${source}`].join(", ")} }`).join(", ")}];`,
  ].join("\n");
}

function experimentText(
  train: TrainIr,
  modelName: string,
  specName: string,
  program: Program,
  module: Module,
): readonly string[] {
  const model = program.models.find((candidate) => candidate.name === modelName);
  const data = program.data.find((candidate) => candidate.name === train.data);
  if (model === undefined || data === undefined) {
    throw new Error(`train ${modelName} on ${train.data}: one of the two is not in the program`);
  }
  const className = module.nameOf(model);
  const target = train.loss.inputs.find(({ name }) => name === "target")?.type;
  const isLabel = target?.tag === "tensor" && target.kind === "label";
  return [
    `name: ${literal(experimentName(train, modelName, program.trains))}`,
    `model: ${literal(modelName)}`,
    `create: (scope) => new ${className}(scope)`,
    `info: ${className}.info`,
    `data: ${module.nameOf(data)}`,
    `train: ${specName}`,
    `loss: ${module.nameOf(train.loss)}`,
    ...(isLabel ? ['targetKind: "label"'] : []),
    ...conversionTexts(modelName, program, module),
  ];
}

/** Stages and teacher of a converted model. */
function conversionTexts(modelName: string, program: Program, module: Module): readonly string[] {
  const conversion = program.conversions.find(({ name }) => name === modelName);
  if (conversion === undefined) return [];
  const { stages, distill, from } = conversion;
  const texts: string[] = [];
  if (stages.length > 0) {
    const list = stages.map(({ name, settings }) => ({ name, ...Object.fromEntries(settings) }));
    texts.push(`stages: ${literal(list)}`);
  }
  const original = program.models.find(({ name }) => name === from);
  if (original !== undefined && distill.size > 0) {
    const className = module.nameOf(original);
    const fields = [`model: ${literal(from)}`, `create: (scope) => new ${className}(scope)`];
    texts.push(`teacher: { ${[...fields, `distill: ${literal(distill)}`].join(", ")} }`);
  }
  return texts;
}

function trainSpec(train: TrainIr): Literal {
  const { doc, optimize, schedule, epochs, batch, seeds, clip, patience, select, report } = train;
  return {
    doc,
    optimize: optimize.map(({ name, args }) => ({ name, args })),
    schedule: schedule === undefined ? undefined : { name: schedule.name, args: schedule.args },
    epochs,
    batch,
    seeds,
    clip,
    patience,
    select,
    report,
  };
}
