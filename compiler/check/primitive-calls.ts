/** Typing of calls of the primitive functions, one rule per family. */
import type { Span } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Expr, OpName } from "../ir/ir.js";
import { printSize } from "../ir/print.js";
import type { Size } from "../ir/types.js";
import type { Body } from "./body.js";
import type { Given } from "./generics.js";
import { assignGenerics, givenConstant, givenSize } from "./generics.js";
import { joinKinds, unaryKind } from "./kinds.js";
import { align, elementWise, operand } from "./operators.js";
import type { Primitive } from "./primitives.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";
import { addSizes, constantSize, equalSizes, isSpace, multiplySizes, spaceOf } from "./size.js";
import { SCALAR, placeWords, tensor } from "./types.js";

export interface PrimitiveSite {
  readonly name: Span;
  readonly whole: Span;
}
export interface PrimitiveArgument {
  readonly value: Value;
  readonly span: Span;
}

/** Checks a call of a primitive whose arguments are tensors. */
export function callPrimitive(
  body: Body,
  primitive: Primitive,
  args: readonly PrimitiveArgument[],
  given: readonly Given[],
  site: PrimitiveSite,
): Value {
  const names = primitive.generics.map((g) => g.name);
  const generics = assignGenerics(body, primitive.name, names, given);
  const isCountRight = checkCount(body, primitive, args.length, site);
  if (!isCountRight || generics === undefined) return ERROR;
  const missing = primitive.generics.find((g) => g.isRequired && !generics.has(g.name));
  if (missing !== undefined) {
    body.report(types.missingGeneric, site.name, { callee: primitive.name, name: missing.name });
    return ERROR;
  }
  if (primitive.name === "pick" || primitive.name === "one_hot") {
    return labelCall(body, primitive, args, generics, site);
  }
  const operands = args.map((a) => operand(body, a.value, a.span, `\`${primitive.name}\``));
  const values = operands.filter((v) => v !== undefined);
  if (values.length < operands.length) return ERROR;
  const spans = args.map((a) => a.span);
  switch (primitive.rule) {
    case "unary":
      return unary(body, primitive.op, values[0], site);
    case "binary":
      return elementWise(body, primitive.op ?? "maximum", values[0], values[1], {
        at: spans[1],
        whole: site.whole,
        name: primitive.name,
      });
    case "lastDim":
    case "keptLastDim":
      return alongLastDim(body, primitive, values[0], spans[0], site);
    case "columns":
      return columns(body, primitive, values[0], spans[0], site);
    case "total":
      return total(body, primitive, values[0], site);
    default:
      return special(body, primitive, values, spans, generics, site);
  }
}

/** Reports a wrong number of arguments; true when it is right. */
export function checkCount(
  body: Body,
  primitive: Primitive,
  count: number,
  site: PrimitiveSite,
): boolean {
  const wanted = primitive.parameters.length;
  if (primitive.variadic ? count >= wanted : count === wanted) return true;
  body.report(types.argumentCount, site.name, {
    callee: primitive.name,
    parameters: primitive.parameters,
    count,
  });
  return false;
}

function unary(body: Body, op: OpName | undefined, value: Expr, site: PrimitiveSite): Value {
  const name = op ?? "relu";
  return body.op(
    name,
    [value],
    tensor(unaryKind(name, value.type.kind), value.type.dims),
    site.whole,
  );
}

function needsDims(
  body: Body,
  primitive: Primitive,
  value: Expr,
  span: Span,
  rank: number,
): boolean {
  if (value.type.dims.length >= rank) return true;
  body.report(
    types.rankTooSmall,
    span,
    { callee: primitive.name, rank, actual: body.describe(value) },
    { related: body.definedAt(value) },
  );
  return false;
}

function alongLastDim(
  body: Body,
  primitive: Primitive,
  value: Expr,
  span: Span,
  site: PrimitiveSite,
): Value {
  if (!needsDims(body, primitive, value, span, 1)) return ERROR;
  const { dims } = value.type;
  const last = dims[dims.length - 1];
  if (isSpace(last)) {
    body.report(
      types.overIndexSpace,
      span,
      { callee: primitive.name, actual: body.describe(value), space: printSize(last) },
      { related: body.definedAt(value) },
    );
    return ERROR;
  }
  const isKept = primitive.rule === "keptLastDim";
  const type = tensor("real", isKept ? [...dims.slice(0, -1), constantSize(1)] : dims);
  return body.op(primitive.op ?? "softmax", [value], type, site.whole);
}

function columns(
  body: Body,
  primitive: Primitive,
  value: Expr,
  span: Span,
  site: PrimitiveSite,
): Value {
  if (!needsDims(body, primitive, value, span, 1)) return ERROR;
  const { dims } = value.type;
  const type = tensor("real", dims.slice(-1));
  // Statistics run over the steps too, so the result does not depend on time.
  return { ...body.op(primitive.op ?? "columnMean", [value], type, site.whole), timed: false };
}

function total(body: Body, primitive: Primitive, value: Expr, site: PrimitiveSite): Value {
  if (value.timed) {
    body.report(types.totalInTime, site.name, { callee: primitive.name });
    return ERROR;
  }
  return body.op(primitive.op ?? "sum", [value], SCALAR, site.whole);
}

function labelCall(
  body: Body,
  primitive: Primitive,
  args: readonly PrimitiveArgument[],
  generics: ReadonlyMap<string, Given>,
  site: PrimitiveSite,
): Value {
  const labelAt = args.length - 1;
  const label = args[labelAt].value;
  if (args.some((a) => a.value.tag === "error")) return ERROR;
  if (label.tag === "graph" || label.tag === "error" || label.type.kind !== "label") {
    body.report(types.labelWanted, args[labelAt].span, {
      callee: primitive.name,
      actual: label.tag === "graph" || label.tag === "error" ? "a graph" : body.describe(label),
    });
    return ERROR;
  }
  if (primitive.name === "one_hot") {
    const given = generics.get("classes");
    const classes = given && givenSize(body, given, primitive.name, "classes");
    if (classes === undefined) return ERROR;
    const type = tensor("spike", [...label.type.dims, classes]);
    return body.op("oneHot", [label], type, site.whole, { classes });
  }
  const x = operand(body, args[0].value, args[0].span, "`pick`");
  if (x === undefined) return ERROR;
  const rows = x.type.dims.slice(0, -1);
  const isMatching =
    x.type.dims.length > 0 &&
    rows.length === label.type.dims.length &&
    rows.every((dim, i) => equalSizes(dim, label.type.dims[i]));
  if (!isMatching) {
    body.report(
      types.pickShapes,
      args[labelAt].span,
      { scores: body.describe(x), labels: body.describe(label) },
      { related: body.definedAt(x, label) },
    );
    return ERROR;
  }
  return body.op("pick", body.alignTime([x, label]), tensor(x.type.kind, rows), site.whole);
}

function special(
  body: Body,
  primitive: Primitive,
  values: readonly Expr[],
  spans: readonly Span[],
  generics: ReadonlyMap<string, Given>,
  site: PrimitiveSite,
): Value {
  const [x] = values;
  switch (primitive.name) {
    case "leaky_relu":
      return leakyRelu(body, x, generics.get("slope"), site);
    case "clip":
      return clip(body, values, spans, site);
    case "dot": {
      if (!needsDims(body, primitive, x, spans[0], 1)) return ERROR;
      const aligned = align(body, x, values[1], {
        at: spans[1],
        whole: site.whole,
        name: "dot",
      });
      if (aligned === undefined) return ERROR;
      return body.op("dot", aligned.args, tensor("real", aligned.dims.slice(0, -1)), site.whole);
    }
    case "concat":
      return concat(body, values, spans, site);
    case "flatten": {
      if (!needsDims(body, primitive, x, spans[0], 1)) return ERROR;
      const [first, ...rest] = x.type.dims;
      if (rest.some(isSpace)) {
        body.report(types.overIndexSpace, spans[0], {
          callee: "flatten",
          actual: body.describe(x),
          space: printSize(rest.find(isSpace) ?? first),
        });
        return ERROR;
      }
      const width = rest.reduce((product, dim) => multiplySizes(product, dim), constantSize(1));
      return body.op("flatten", [x], tensor(x.type.kind, [first, width]), site.whole);
    }
    case "dropout": {
      const given = generics.get("rate");
      const rate = given && givenConstant(body, given, "dropout", "rate");
      if (rate === undefined) return ERROR;
      if (typeof rate === "number" && (rate < 0 || rate >= 1)) {
        body.report(types.rateRange, given?.place.span ?? site.name, { rate });
        return ERROR;
      }
      const kind = x.type.kind === "spike" || x.type.kind === "graded" ? "graded" : "real";
      return body.op("dropout", [x], tensor(kind, x.type.dims), site.whole, {
        rate: typeof rate === "number" ? body.constant(rate, site.name) : rate,
      });
    }
    case "latent":
      return latent(body, x, spans[0], site);
    case "rate":
    case "last":
    case "flatten_time":
      return ofSequence(body, primitive, x, spans[0], site);
    default:
      return ERROR;
  }
}

/** `latent(w)`: what the optimiser moves, where `w` alone means the signs. */
function latent(body: Body, x: Expr, span: Span, site: PrimitiveSite): Value {
  if (x.tag !== "param" || x.type.kind !== "sign") {
    body.report(types.latentWanted, span, { actual: body.describe(x) });
    return ERROR;
  }
  return body.op("latent", [x], tensor("real", x.type.dims), site.whole);
}

function leakyRelu(body: Body, x: Expr, given: Given | undefined, site: PrimitiveSite): Value {
  const slope = given === undefined ? 0.01 : givenConstant(body, given, "leaky_relu", "slope");
  if (slope === undefined) return ERROR;
  const type = tensor(unaryKind("leakyRelu", x.type.kind), x.type.dims);
  if (typeof slope === "number") return body.op("leakyRelu", [x], type, site.whole, { slope });
  // A slope that is a generic: relu(x) - slope * relu(-x).
  const minus = body.op("neg", [x], type, site.whole);
  const below = body.op("relu", [minus], type, site.whole);
  const scaled = body.op("mul", [slope, below], type, site.whole);
  return body.op("sub", [body.op("relu", [x], type, site.whole), scaled], type, site.whole);
}

function clip(
  body: Body,
  values: readonly Expr[],
  spans: readonly Span[],
  site: PrimitiveSite,
): Value {
  const [x, low, high] = values;
  if (low.tag === "constant" && high.tag === "constant") {
    if (low.value > high.value) {
      body.report(types.emptyClip, spans[1], { low: low.value, high: high.value });
      return ERROR;
    }
    const keepsZero = low.value <= 0 && high.value >= 0;
    const kind = keepsZero ? unaryKind("clip", x.type.kind) : "real";
    const attributes = { low: low.value, high: high.value };
    return body.op("clip", [x], tensor(kind, x.type.dims), site.whole, attributes);
  }
  const above = elementWise(body, "maximum", x, low, {
    at: spans[1],
    whole: site.whole,
    name: "clip",
  });
  if (above.tag === "graph" || above.tag === "error") return ERROR;
  return elementWise(body, "minimum", above, high, {
    at: spans[2],
    whole: site.whole,
    name: "clip",
  });
}

function concat(
  body: Body,
  values: readonly Expr[],
  spans: readonly Span[],
  site: PrimitiveSite,
): Value {
  const [first] = values;
  if (values.length === 1) return first;
  let width: Size = constantSize(0);
  let { kind } = first.type;
  for (const [at, value] of values.entries()) {
    const { dims } = value.type;
    const rows = first.type.dims.slice(0, -1);
    const isRankEqual = dims.length === first.type.dims.length && dims.length > 0;
    const isMatching = isRankEqual && rows.every((dim, i) => equalSizes(dim, dims[i]));
    const last = dims[dims.length - 1];
    if (!isMatching || isSpace(last)) {
      const space = [first, value].map((v) =>
        v.type.dims.length === 0 ? undefined : spaceOf(v.type.dims[0]),
      );
      const isResidency = space[0] !== space[1] && space[0] !== undefined && space[1] !== undefined;
      body.report(
        types.concatShapes,
        spans[at],
        {
          first: body.describe(first),
          other: body.describe(value),
          places:
            isResidency && space[0] && space[1]
              ? `one is ${placeWords(space[0])}, the other ${placeWords(space[1])}`
              : undefined,
        },
        { related: body.definedAt(first, value) },
      );
      return ERROR;
    }
    width = addSizes(width, last);
    kind = joinKinds(kind, value.type.kind) ?? "real";
  }
  const type = tensor(kind, [...first.type.dims.slice(0, -1), width]);
  return body.op("concat", body.alignTime(values), type, site.whole);
}

/** `rate`, `last`, `flatten_time`: what has left a time block loses its first dim. */
function ofSequence(
  body: Body,
  primitive: Primitive,
  x: Expr,
  span: Span,
  site: PrimitiveSite,
): Value {
  const first = x.type.dims[0];
  const space = first === undefined ? undefined : spaceOf(first);
  const hasTime =
    first !== undefined && !x.timed && (space === "T" || (space === undefined && !isSpace(first)));
  const isWeight = x.tag === "param";
  if (!hasTime || isWeight) {
    body.report(
      types.rateWithoutTime,
      span,
      { callee: primitive.name, actual: body.describe(x), isInside: x.timed },
      { related: body.definedAt(x) },
    );
    return ERROR;
  }
  const rest = x.type.dims.slice(1);
  if (primitive.name === "rate") {
    return body.op("rate", [x], tensor("real", rest), site.whole, { steps: first });
  }
  if (primitive.name === "last") {
    return body.op("last", [x], tensor(x.type.kind, rest), site.whole);
  }
  const width = rest[rest.length - 1];
  if (space === "T" || rest.length < 2 || isSpace(width)) {
    body.report(
      types.openTime,
      span,
      { actual: body.describe(x), isOpen: space === "T" },
      { related: body.definedAt(x) },
    );
    return ERROR;
  }
  const dims = [...rest.slice(0, -1), multiplySizes(first, width)];
  return body.op("flattenTime", [x], tensor(x.type.kind, dims), site.whole);
}
