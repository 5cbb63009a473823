/** Reads types as written: kinds, dims, graphs. */
import type {
  Expression,
  GraphTypeExpression,
  TensorTypeExpression,
  TypeExpression,
} from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { GraphType, Kind, Size, TensorType } from "../ir/types.js";
import { printSize } from "../ir/print.js";
import { ELLIPSIS, asInteger, asSymbol, equalSizes, symbolSize } from "./size.js";
import { readSize } from "./size-expression.js";
import { KINDS, tensor } from "./types.js";

const SPACES: ReadonlySet<string> = new Set(["N", "E", "G", "T"]);

export interface TypeContext {
  readonly file: string;
  readonly reporter: Reporter;
  /** The meaning of a lower-case size name; undefined when it is unknown. */
  readonly size: (name: string) => Size | undefined;
  /** Names of sizes, for suggestions. */
  readonly sizeNames: () => Iterable<string>;
  /** Name of the graph whose index spaces are meant, when it is not the first one. */
  readonly graph: string | undefined;
  /** Name of the parameter, which names the snapshots of a graph. */
  readonly parameter?: string;
}

/** Symbol of an index space of a graph: `N`, or `N'g2` for a graph that is not the first. */
export function spaceSymbol(space: string, graph: string | undefined): Size {
  return symbolSize(graph === undefined ? space : `${space}'${graph}`);
}

/** The type, or undefined after a report. */
export function readTensorType(
  expression: TensorTypeExpression,
  context: TypeContext,
): TensorType | undefined {
  const kind = expression.kind.text;
  const isKind = (KINDS as readonly string[]).includes(kind);
  if (!isKind) {
    context.reporter.report(
      types.unknownKind,
      { file: context.file, span: expression.kind.span },
      { name: kind, suggestion: didYouMean(kind, { right: KINDS }) },
    );
  }
  const dims: Size[] = [];
  let failed = !isKind;
  for (const [at, dim] of (expression.dims ?? []).entries()) {
    if (dim.type === "ellipsis") {
      if (at > 0) {
        context.reporter.report(types.ellipsisNotFirst, { file: context.file, span: dim.span }, {});
        failed = true;
      }
      dims.push(ELLIPSIS);
      continue;
    }
    const size = readDim(dim, context);
    if (size === undefined) failed = true;
    else dims.push(size);
  }
  return failed ? undefined : tensor(kind as Kind, dims);
}

function readDim(dim: Expression, context: TypeContext): Size | undefined {
  const size = sizeOrReport(dim, context, (name) =>
    SPACES.has(name)
      ? spaceSymbol(name, name === "T" ? undefined : context.graph)
      : context.size(name),
  );
  if (size !== undefined && asInteger(size) === 0) {
    context.reporter.report(
      types.notASize,
      { file: context.file, span: dim.span },
      { what: "0", reason: "a dimension holds at least one number" },
    );
    return undefined;
  }
  return size;
}

/** Reads a size; reports the smallest part that is none. */
export function sizeOrReport(
  expression: Expression,
  context: Omit<TypeContext, "graph">,
  lookup: (name: string) => Size | undefined,
): Size | undefined {
  const read = readSize(expression, lookup);
  if (read.size !== undefined) return read.size;
  const at = { file: context.file, span: read.bad.span };
  const { problem } = read;
  if (problem.reason === "invalid") return undefined;
  if (problem.reason === "unknown") {
    const isUpper = /^[A-Z]/.test(problem.name);
    context.reporter.report(types.unknownSize, at, {
      name: problem.name,
      isSpace: isUpper,
      suggestion: didYouMean(problem.name, {
        right: isUpper ? SPACES : context.sizeNames(),
      }),
    });
    return undefined;
  }
  const reasons = {
    "not-integer": "a size is a whole number",
    negative: "a size cannot be negative",
    "not-a-size": "a size is a whole number, a size name, or `+ - * / ^` of such",
    inexact: "this division is not exact for every value of the sizes",
  } as const;
  context.reporter.report(types.notASize, at, {
    what: "this",
    reason: reasons[problem.reason],
  });
  return undefined;
}

/** A graph's type; `graph` names its index spaces when it is not the first graph. */
export function readGraphType(
  expression: GraphTypeExpression,
  context: TypeContext,
): GraphType | undefined {
  const nodes = spaceSymbol("N", context.graph);
  const edges = spaceSymbol("E", context.graph);
  const graphs = spaceSymbol("G", context.graph);
  let snapshots = spaceSymbol("T", context.parameter ?? context.graph ?? "graph");
  let isCounted = false;
  const fields = { nodes: new Map<string, TensorType>(), edges: new Map<string, TensorType>() };
  let failed = false;
  for (const field of expression.fields) {
    if (field.fieldType.type !== "tensorType") {
      if (field.fieldType.type === "graphType") {
        context.reporter.report(
          types.expectedTensorType,
          { file: context.file, span: field.fieldType.span },
          { what: `the feature \`${field.name.text}\`` },
        );
      }
      failed = true;
      continue;
    }
    const read = readTensorType(field.fieldType, context);
    if (read === undefined) {
      failed = true;
      continue;
    }
    const space = field.on === "nodes" ? nodes : edges;
    let type = read;
    const isSequence =
      field.on === "nodes" && read.dims.length > 1 && equalSizes(read.dims[1], space);
    if (isSequence) {
      const count = asSymbol(read.dims[0]) === "T" ? snapshots : read.dims[0];
      if (isCounted && !equalSizes(count, snapshots)) {
        context.reporter.report(
          types.otherSnapshots,
          { file: context.file, span: field.fieldType.dims?.[0]?.span ?? field.fieldType.span },
          { name: field.name.text, count: printSize(count), known: printSize(snapshots) },
        );
        failed = true;
        continue;
      }
      isCounted = true;
      snapshots = count;
      type = tensor(read.kind, [count, ...read.dims.slice(1)]);
    } else if (type.dims.length === 0 || !equalSizes(type.dims[0], space)) {
      context.reporter.report(
        types.fieldResidency,
        { file: context.file, span: field.fieldType.dims?.[0]?.span ?? field.fieldType.span },
        { name: field.name.text, on: field.on },
      );
      failed = true;
      continue;
    }
    fields[field.on].set(field.name.text, type);
  }
  if (failed) return undefined;
  const nodeFields = fields.nodes;
  return { tag: "graph", nodes, edges, graphs, snapshots, nodeFields, edgeFields: fields.edges };
}

/** Any declared type. */
export function readType(
  expression: TypeExpression,
  context: TypeContext,
): TensorType | GraphType | undefined {
  if (expression.type === "invalid") return undefined;
  return expression.type === "tensorType"
    ? readTensorType(expression, context)
    : readGraphType(expression, context);
}
