/** Small constructors of typed programs, for tests that do not go through the checker. */
import { addSizes, constantSize, multiplySizes, symbolSize } from "../../compiler/check/size.js";
import type { Program } from "../../compiler/ir/program.js";
import type {
  CallExpr,
  Expr,
  GraphRef,
  LayerIr,
  MemberIr,
  ModelIr,
  NeuronIr,
  OpAttributes,
  OpName,
  Origin,
  ParamIr,
  Statement,
} from "../../compiler/ir/ir.js";
import type { GraphType, Kind, Size, TensorType } from "../../compiler/ir/types.js";

export const at = (line: number, file = "test.sgnn"): Origin => ({
  file,
  line,
  span: { start: 0, end: 0 },
});

/** `2*in + d`, `16`, `N` */
export function size(text: string): Size {
  return text
    .split("+")
    .map((term) =>
      term
        .trim()
        .split("*")
        .map((factor) => (/^\d+$/.test(factor) ? constantSize(Number(factor)) : symbolSize(factor)))
        .reduce(multiplySizes),
    )
    .reduce(addSizes);
}

/** `real[N, 2*in]`, `real` */
export function type(text: string): TensorType {
  const match = /^(\w+)(?:\[(.*)\])?$/.exec(text);
  if (match === null) throw new Error(text);
  const dims = match[2] === undefined ? [] : match[2].split(",").map((dim) => size(dim.trim()));
  return { tag: "tensor", kind: match[1] as Kind, dims };
}

export function graphType(
  nodes: Record<string, string> = {},
  edges: Record<string, string> = {},
): GraphType {
  const fields = (of: Record<string, string>): ReadonlyMap<string, TensorType> =>
    new Map(Object.entries(of).map(([name, text]) => [name, type(text)]));
  return {
    tag: "graph",
    nodes: size("N"),
    edges: size("E"),
    graphs: size("G"),
    snapshots: size("T'g"),
    nodeFields: fields(nodes),
    edgeFields: fields(edges),
  };
}

export function graph(selfLoops = false, of: GraphType = graphType()): GraphRef {
  return { name: "g", type: of, selfLoops };
}

interface Place {
  readonly line?: number;
  readonly timed?: boolean;
}

const base = (text: string, { line = 1, timed = false }: Place = {}) => ({
  type: type(text),
  origin: at(line),
  timed,
});

export const local = (name: string, text: string, place?: Place): Expr => ({
  tag: "local",
  name,
  ...base(text, place),
});
export const param = (name: string, text: string, place?: Place): Expr => ({
  tag: "param",
  name,
  ...base(text, place),
});
export const num = (value: number, place?: Place): Expr => ({
  tag: "constant",
  value,
  ...base("real", place),
});
export const feature = (
  name: string,
  text: string,
  on: "nodes" | "edges" = "nodes",
  place?: Place,
): Expr => ({
  tag: "feature",
  graph: graph(),
  on,
  name,
  ...base(text, place),
});

export function op(
  name: OpName,
  text: string,
  args: readonly Expr[],
  attributes: OpAttributes = {},
  place: Place = {},
): Expr {
  const timed = place.timed ?? args.some((arg) => arg.timed);
  return { tag: "op", op: name, args, attributes, ...base(text, { ...place, timed }) };
}

export const edge = (
  end: "source" | "target",
  operand: Expr,
  text: string,
  of: GraphRef = graph(),
): Expr => ({
  tag: "edge",
  end,
  graph: of,
  operand,
  ...base(text, { line: operand.origin.line, timed: operand.timed }),
});

export const gather = (
  reduce: readonly string[],
  body: Expr,
  text: string,
  lets: readonly Statement[] = [],
  of: GraphRef = graph(),
  place: Place = {},
): Expr => ({
  tag: "gather",
  graph: of,
  reduce,
  lets,
  body,
  ...base(text, { ...place, timed: body.timed }),
});

export const call = (
  member: string,
  args: readonly (Expr | GraphRef)[],
  text: string,
  place: Place & { steps?: string } = {},
): CallExpr => ({
  tag: "call",
  member,
  args,
  steps: place.steps === undefined ? undefined : size(place.steps),
  ...base(text, place),
});

export const time = (
  steps: string,
  body: Expr,
  text: string,
  lets: readonly Statement[] = [],
  place: Place = {},
): Expr => ({
  tag: "time",
  steps: size(steps),
  over: undefined,
  lets,
  body,
  ...base(text, place),
});

export const let_ = (name: string, value: Expr): Statement => ({
  name,
  value,
  origin: value.origin,
});

export const weight = (
  name: string,
  text: string,
  initial: ParamIr["initial"]["name"] = "glorot",
  line = 2,
): ParamIr => ({
  name,
  type: type(text),
  initial: { name: initial, args: [] },
  range: undefined,
  running: undefined,
  origin: at(line),
});

export function layer(parts: Partial<LayerIr> & Pick<LayerIr, "name" | "result">): LayerIr {
  return {
    tag: "layer",
    declaredName: parts.name,
    doc: undefined,
    origin: at(1),
    sizes: [],
    constants: new Map(),
    inputs: [],
    body: [],
    params: [],
    members: [],
    ...parts,
  };
}

export function model(parts: Partial<ModelIr> & Pick<ModelIr, "name" | "result">): ModelIr {
  return {
    declaredName: parts.name,
    doc: undefined,
    origin: at(1),
    sizes: [],
    constants: new Map(),
    inputs: [],
    body: [],
    params: [],
    members: [],
    model: parts.name,
    isVariant: false,
    ...parts,
    tag: "model",
  };
}

export function member(
  path: string,
  target: LayerIr | NeuronIr,
  sizes: Record<string, string>,
  result: string,
  constants: Record<string, number> = {},
): MemberIr {
  const field = path.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
  return {
    path,
    field,
    target,
    sizes: new Map(Object.entries(sizes).map(([name, text]) => [name, size(text)])),
    constants: new Map(Object.entries(constants)),
    resultType: type(result),
    origin: at(1),
  };
}

export function program(parts: Partial<Program>): Program {
  return {
    file: "test.sgnn",
    neurons: [],
    functions: [],
    layers: [],
    models: [],
    data: [],
    conversions: [],
    trains: [],
    problems: [],
    solvers: [],
    solverTrains: [],
    ...parts,
  };
}
