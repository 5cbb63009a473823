/** Does the data give everything a model reads? Inputs and samples are matched by name. */
import type { Expression, ModelDeclaration, Span, TypeExpression } from "../../../grammar/tree.js";
import { training as rows } from "../../diagnostics/catalogue/training.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { DataIr } from "../../ir/ir.js";
import { walk } from "../walk.js";

interface Place {
  readonly file: string;
  readonly span: Span;
}

/** Reports, at the name of the data in `train`, the inputs and graph features it lacks. */
export function checkInputs(
  model: { readonly file: string; readonly declaration: ModelDeclaration },
  data: DataIr,
  at: Place,
  reporter: Reporter,
): boolean {
  const { name, parameters } = model.declaration;
  let sound = true;
  for (const { name: input, declaredType } of parameters) {
    const isGraph = declaredType.type === "graphType";
    if (declaredType.type === "invalid") continue;
    const related = [{ file: model.file, span: input.span, message: "the model reads it here" }];
    const samples = data.samples.map((one) => one.name).filter((one) => one !== "graph");
    const known = isGraph ? (data.graph === undefined ? [] : [data.graph.name]) : samples;
    if (!known.includes(input.text)) {
      sound = false;
      const only = isGraph ? known[0] : undefined;
      const free = known.filter((one) => !parameters.some((other) => other.name.text === one));
      const suggestion = didYouMean(input.text, { right: free }) ?? only;
      const wanted = isGraph ? "graph" : "input";
      reporter.report(
        rows.inputNotProvided,
        at,
        { model: name.text, input: input.text, wanted, data: data.name, known, suggestion },
        { related },
      );
    } else if (isGraph && data.graph !== undefined) {
      if (!checkFeatures(model, declaredType, data.graph, data.name, at, reporter)) sound = false;
    }
  }
  return sound;
}

function checkFeatures(
  model: { readonly file: string; readonly declaration: ModelDeclaration },
  type: Extract<TypeExpression, { readonly type: "graphType" }>,
  graph: NonNullable<DataIr["graph"]>,
  data: string,
  at: Place,
  reporter: Reporter,
): boolean {
  let sound = true;
  for (const field of type.fields) {
    const on = field.on === "nodes" ? "node" : "edge";
    const known = (field.on === "nodes" ? graph.nodes : graph.edges).map((one) => one.name);
    const feature = field.name.text;
    if (known.includes(feature)) continue;
    sound = false;
    const free = known.filter((one) => !type.fields.some((other) => other.name.text === one));
    const suggestion =
      didYouMean(feature, { right: free }) ?? (free.length === 1 ? free[0] : undefined);
    reporter.report(
      rows.featureNotProvided,
      at,
      { model: model.declaration.name.text, feature, on, data, known, suggestion },
      {
        related: [{ file: model.file, span: field.name.span, message: "the model reads it here" }],
      },
    );
  }
  return sound;
}

/** The first place where an expression reads the bare name; undefined when it does not. */
export function mentions(expression: Expression, name: string): Span | undefined {
  let found: Span | undefined;
  walk(expression, (inner) => {
    if (inner.type === "name" && inner.text === name) found ??= inner.span;
  });
  return found;
}
