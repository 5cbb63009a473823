/** The field keywords of each kind of declaration, and the words that continue a field on a new line. */
import type { TokenType } from "chevrotain";
import { words } from "./tokens.js";

/** What stands between the braces of a declaration. */
export interface Body {
  /** For messages: "a neuron". */
  readonly owner: string;
  readonly fields: ReadonlySet<TokenType>;
  /** Field keywords as written, for messages. */
  readonly valid: readonly string[];
  /** Words of this body that never begin a field, even first on a line. */
  readonly inner: ReadonlySet<TokenType>;
  /** A body of a layer, function or model: lets, and an expression as its result. */
  readonly hasResult: boolean;
}

function body(
  owner: string,
  fields: readonly (keyof typeof words)[],
  inner: readonly (keyof typeof words)[],
  hasResult = false,
): Body {
  return {
    owner,
    fields: new Set(fields.map((name) => words[name])),
    valid: fields,
    inner: new Set(inner.map((name) => words[name])),
    hasResult,
  };
}

const callable = ["param", "running", "let", "return"] as const;
const callableInner = ["contraction", "follows", "rate", "in", "with", "softmax"] as const;

export const bodies = {
  neuron: body(
    "a neuron",
    ["input", "state", "update", "spike", "reset", "emit"],
    ["detached", "when", "above", "below", "surrogate", "custom", "or"],
  ),
  layer: body("a layer", callable, callableInner, true),
  function: body("a function", callable, callableInner, true),
  model: body("a model", callable, callableInner, true),
  equilibrium: body(
    "an equilibrium",
    ["neuron", "param", "running", "let", "fixpoint", "solve", "gradient", "carry", "unchecked"],
    callableInner,
  ),
  problem: body(
    "a problem",
    [
      "const",
      "domain",
      "field",
      "equation",
      "initial",
      "boundary",
      "enforce",
      "exact",
      "sample",
      "weights",
    ],
    ["periodic", "interior", "in"],
  ),
  convert: body(
    "a conversion",
    ["steps", "rule", "threshold", "calibrate", "stage", "distill"],
    ["last", "keep", "weights", "scale", "per", "on"],
  ),
  data: body(
    "a data set",
    ["file", "generate", "graph", "sample", "split", "scale", "augment"],
    ["as", "by", "folds", "class", "random", "stratified", "grouped", "given", "per"],
  ),
  graph: body("a graph", ["nodes", "edges"], ["by"]),
  train: body(
    "a training",
    [
      "loss",
      "optimize",
      "epochs",
      "batch",
      "seeds",
      "schedule",
      "clip",
      "patience",
      "select",
      "report",
    ],
    ["then"],
  ),
} as const;

export const problemFields: ReadonlySet<TokenType> = bodies.problem.fields;
export const convertFields: ReadonlySet<TokenType> = bodies.convert.fields;

/** Keywords that begin a declaration, with its body (undefined: none, or a special one). */
export const declarations: ReadonlyMap<TokenType, Body | undefined> = new Map<
  TokenType,
  Body | undefined
>([
  [words.import, undefined],
  [words.neuron, bodies.neuron],
  [words.layer, bodies.layer],
  [words.function, bodies.function],
  [words.equilibrium, bodies.equilibrium],
  [words.model, bodies.model],
  [words.variant, undefined],
  [words.problem, bodies.problem],
  [words.convert, bodies.convert],
  [words.data, bodies.data],
  [words.train, bodies.train],
]);

/** Declaration keywords as written. */
export const declarationWords: readonly string[] = [
  "import",
  "neuron",
  "layer",
  "function",
  "equilibrium",
  "model",
  "variant",
  "problem",
  "convert",
  "data",
  "train",
];
