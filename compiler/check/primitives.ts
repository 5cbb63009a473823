/**
 * The functions of the language that are not written in it: names, arguments and generics.
 * What they compute is in primitive-calls.ts; everything else a program calls is `.sgnn` source.
 */
import type { OpName } from "../ir/ir.js";

export interface PrimitiveGeneric {
  readonly name: string;
  readonly role: "constant" | "size" | "word";
  readonly isRequired: boolean;
}
export interface Primitive {
  readonly name: string;
  /** Names of the arguments; the last may repeat when `variadic`. */
  readonly parameters: readonly string[];
  readonly variadic: boolean;
  readonly generics: readonly PrimitiveGeneric[];
  /** The operator it becomes, for those that follow one of the common rules. */
  readonly op: OpName | undefined;
  readonly rule:
    "unary" | "binary" | "lastDim" | "keptLastDim" | "columns" | "total" | "special" | "graph";
}

function row(
  name: string,
  rule: Primitive["rule"],
  op: OpName | undefined,
  parameters: readonly string[] = ["x"],
  generics: readonly PrimitiveGeneric[] = [],
  variadic = false,
): Primitive {
  return { name, rule, op, parameters, generics, variadic };
}

const required = (name: string, role: PrimitiveGeneric["role"]): PrimitiveGeneric => ({
  name,
  role,
  isRequired: true,
});
const optional = (name: string, role: PrimitiveGeneric["role"]): PrimitiveGeneric => ({
  name,
  role,
  isRequired: false,
});

const TABLE: readonly Primitive[] = [
  row("relu", "unary", "relu"),
  row("leaky_relu", "special", "leakyRelu", ["x"], [optional("slope", "constant")]),
  row("elu", "unary", "elu"),
  row("tanh", "unary", "tanh"),
  row("sigmoid", "unary", "sigmoid"),
  row("softplus", "unary", "softplus"),
  row("gelu", "unary", "gelu"),
  row("silu", "unary", "silu"),
  row("exp", "unary", "exp"),
  row("log", "unary", "log"),
  row("sqrt", "unary", "sqrt"),
  row("square", "unary", "square"),
  row("abs", "unary", "abs"),
  row("sin", "unary", "sin"),
  row("cos", "unary", "cos"),
  row("erf", "unary", "erf"),
  row("sign", "unary", "sign"),
  row("latent", "special", "latent"),
  row("clip", "special", "clip", ["x", "low", "high"]),
  row("max", "binary", "maximum", ["a", "b"]),
  row("min", "binary", "minimum", ["a", "b"]),
  row("dot", "special", "dot", ["a", "b"]),
  row("concat", "special", "concat", ["x"], [], true),
  row("flatten", "special", "flatten"),
  row("softmax", "lastDim", "softmax"),
  row("log_softmax", "lastDim", "logSoftmax"),
  row("row_sum", "keptLastDim", "rowSum"),
  row("row_mean", "keptLastDim", "rowMean"),
  row("row_variance", "keptLastDim", "rowVariance"),
  row("column_mean", "columns", "columnMean"),
  row("column_variance", "columns", "columnVariance"),
  row("sum", "total", "sum"),
  row("mean", "total", "mean"),
  row("pick", "special", "pick", ["x", "label"]),
  row("one_hot", "special", "oneHot", ["label"], [required("classes", "size")]),
  row("dropout", "special", "dropout", ["x"], [required("rate", "constant")]),
  row("rate", "special", "rate"),
  row("last", "special", "last"),
  row("flatten_time", "special", "flattenTime"),
  row("degree", "graph", "degree", ["g"]),
  row("norm", "graph", "symmetricNorm", ["i", "j"]),
  row("knn", "graph", undefined, ["x"], [required("k", "size"), optional("metric", "word")]),
  row(
    "sample_neighbours",
    "graph",
    undefined,
    ["g"],
    [required("k", "size"), optional("recent", "constant")],
  ),
  row("radius", "graph", undefined, ["x"], [required("r", "constant")]),
];

const BY_NAME: ReadonlyMap<string, Primitive> = new Map(TABLE.map((p) => [p.name, p]));

export const PRIMITIVE_NAMES: readonly string[] = TABLE.map((p) => p.name);

/** The primitive of this name. */
export function primitiveNamed(name: string): Primitive | undefined {
  return BY_NAME.get(name);
}
