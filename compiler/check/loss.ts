/** The loss expression of a training as a function of `output` and `target`. */
import type { Expression } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import type { FunctionIr, ModelIr } from "../ir/ir.js";
import { printType } from "../ir/print.js";
import type { TensorType } from "../ir/types.js";
import { Body } from "./body.js";
import { checkExpression } from "./expression.js";
import { joinKinds } from "./kinds.js";
import { operand } from "./operators.js";
import { ERROR } from "./scope.js";
import type { Services } from "./services.js";
import { asCallable } from "./signature.js";
import { equalSizes } from "./size.js";
import { tensor } from "./types.js";
import { walk } from "./walk.js";

/**
 * Checks the loss against what the models return. The kind of `target` follows from its use: where a
 * function takes a `label`, it is one label per row of the output, else it is shaped like the output.
 */
export function elaborateLoss(
  services: Services,
  reporter: Reporter,
  expression: Expression,
  file: string,
  models: readonly ModelIr[],
): FunctionIr | undefined {
  const output = commonOutput(reporter, expression, file, models);
  const body = new Body({
    services,
    reporter,
    file,
    owner: "loss",
    ownerName: "loss",
    sizes: new Map(),
    constants: new Map(),
    callables: new Map(),
    time: undefined,
    isCalledTimed: false,
    check: checkExpression,
  });
  const place = { file, span: expression.span };
  const target = output && targetType(services, expression, file, output);
  for (const [name, type] of [
    ["output", output],
    ["target", target],
  ] as const) {
    body.define(
      name,
      type === undefined
        ? body.entryOf(ERROR, place, "input")
        : { tag: "tensor", type, timed: false, sort: "input", place, used: false },
    );
  }
  const value = body.check(expression);
  if (output === undefined || target === undefined) return undefined;
  const result = operand(body, value, expression.span, "the loss");
  if (result === undefined) return undefined;
  if (result.type.dims.length > 0) {
    body.report(types.lossNotScalar, expression.span, { actual: printType(result.type) });
    return undefined;
  }
  return {
    tag: "function",
    name: "loss",
    declaredName: "loss",
    doc: undefined,
    origin: body.origin(expression.span),
    sizes: [],
    constants: new Map(),
    inputs: [
      { name: "output", type: output },
      { name: "target", type: target },
    ],
    body: [],
    result,
  };
}

function commonOutput(
  reporter: Reporter,
  expression: Expression,
  file: string,
  models: readonly ModelIr[],
): TensorType | undefined {
  const [first, ...rest] = models;
  if (first === undefined) return undefined;
  let { kind } = first.result.type;
  const { dims } = first.result.type;
  for (const model of rest) {
    const { type } = model.result;
    const isEqual =
      type.dims.length === dims.length && type.dims.every((dim, at) => equalSizes(dim, dims[at]));
    if (!isEqual) {
      reporter.report(
        types.lossOutputs,
        { file, span: expression.span },
        {
          first: first.name,
          firstType: printType(first.result.type),
          other: model.name,
          otherType: printType(type),
        },
      );
      return undefined;
    }
    kind = joinKinds(kind, type.kind) ?? "real";
  }
  return tensor(kind, dims);
}

function targetType(
  services: Services,
  expression: Expression,
  file: string,
  output: TensorType,
): TensorType {
  let isLabel = false;
  walk(expression, (e) => {
    if (e.type !== "call") return;
    const at = (e.args ?? []).findIndex(
      (a) => a.value.type === "name" && a.value.text === "target",
    );
    if (at < 0) return;
    if (e.callee.text === "pick" || e.callee.text === "one_hot") isLabel = true;
    const found = services.environment.lookup(e.callee.text, file);
    const declaration = found && asCallable(found);
    if (found === undefined || declaration === undefined) return;
    const name = e.args?.[at].name?.text;
    const parameter =
      name === undefined
        ? declaration.parameters[at]
        : declaration.parameters.find((p) => p.name.text === name);
    const type = parameter?.declaredType;
    if (type?.type === "tensorType" && type.kind.text === "label") isLabel = true;
  });
  return isLabel ? tensor("label", output.dims.slice(0, -1)) : tensor("real", output.dims);
}
