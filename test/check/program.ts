/** Checks a source with the elaborator alone: no data, no training, no emission. */
import { Elaborator } from "../../compiler/check/elaborator.js";
import { checkNeuron } from "../../compiler/check/neuron.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { Reporter } from "../../compiler/diagnostics/diagnostic.js";
import type { FunctionIr, LayerIr, ModelIr, NeuronIr } from "../../compiler/ir/ir.js";
import { printProgram } from "../../compiler/ir/print.js";
import { resolveModules } from "../../compiler/resolve/modules.js";

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  readonly neurons: readonly NeuronIr[];
  readonly layers: readonly LayerIr[];
  readonly functions: readonly FunctionIr[];
  readonly models: readonly ModelIr[];
  /** The typed program, one line per statement. */
  readonly text: string;
}

/** Checks every layer, function and model, then elaborates models, variants and losses. */
export function check(source: string): Checked {
  const reporter = new Reporter();
  const file = "test.sgnn";
  const host = { read: (): undefined => undefined };
  const { environment, declarations } = resolveModules({ file, source }, host, reporter);
  const elaborator = new Elaborator(environment, reporter, (found) =>
    checkNeuron(found, environment, reporter),
  );
  const models: ModelIr[] = [];
  for (const found of declarations) elaborator.checkDeclaration(found);
  for (const found of declarations) {
    const { declaration } = found;
    if (declaration.type !== "model" && declaration.type !== "variant") continue;
    const isVariant = declaration.type === "variant";
    const of = isVariant ? environment.lookup(declaration.model.text, file) : found;
    if (of === undefined) continue;
    const generics = isVariant ? declaration.generics : [];
    const at = { file, span: declaration.name.span };
    const name = declaration.name.text;
    const model = elaborator.model(of, generics, name, isVariant, declaration.doc, at);
    if (model !== undefined) models.push(model);
  }
  for (const { declaration } of declarations) {
    if (declaration.type !== "train") continue;
    const trained = models.filter((m) => m.model === declaration.model.text);
    for (const field of declaration.fields) {
      if (field.type === "loss") elaborator.loss(field.value, file, trained);
    }
  }
  const { neurons, functions, layers } = elaborator;
  const program = {
    file,
    neurons,
    functions,
    layers,
    models,
    data: [],
    trains: [],
    conversions: [],
    problems: [],
    solvers: [],
    solverTrains: [],
  };
  return { ...program, diagnostics: reporter.diagnostics, text: printProgram(program) };
}

/** `code at "text": message` for every diagnostic. */
export function problems(source: string): string[] {
  return check(source).diagnostics.map((d) => {
    const where = d.file === "test.sgnn" ? source.slice(d.span.start, d.span.end) : d.file;
    return `${d.code} at \`${where}\`: ${d.message}`;
  });
}
