/**
 * Operations of one expression as polynomials in the index spaces: the rules of runtime/energy, with every unit
 * firing and no zero skipped. A test holds the two together: on a real graph the measured count without
 * skipping is this bound.
 */
import { addSizes, constantSize, multiplySizes, substituteSize } from "../check/size.js";
import type { Expr, NeuronIr, OpExpr, Scalar } from "../ir/ir.js";
import type { Kind, Size } from "../ir/types.js";

export interface Counts {
  readonly macs: Size;
  readonly adds: Size;
  readonly bitOps: Size;
  /** Words of 32 bits. */
  readonly reads: Size;
  readonly writes: Size;
}
export const countNames = ["macs", "adds", "bitOps", "reads", "writes"] as const;

/** Meaning of a callable's size symbols where it is called. */
export type Bindings = ReadonlyMap<string, Size>;
/** Kinds of the values that names stand for where a callable is called. */
export type Kinds = ReadonlyMap<string, Kind>;

export const NOTHING = constantSize(0);
export const ONE = constantSize(1);
export const noCounts: Counts = {
  macs: NOTHING,
  adds: NOTHING,
  bitOps: NOTHING,
  reads: NOTHING,
  writes: NOTHING,
};

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    macs: addSizes(a.macs, b.macs),
    adds: addSizes(a.adds, b.adds),
    bitOps: addSizes(a.bitOps, b.bitOps),
    reads: addSizes(a.reads, b.reads),
    writes: addSizes(a.writes, b.writes),
  };
}

/** Product of all dims. */
export function elements(dims: readonly Size[]): Size {
  return dims.reduce(multiplySizes, ONE);
}

const REARRANGE: ReadonlySet<string> = new Set([
  "hold",
  "concat",
  "flatten",
  "expand",
  "rows",
  "source",
  "target",
]);

/**
 * The kind whose arithmetic a value gets: neurons emit it, rearrangements keep it, everything else is real (as
 * the runtime marks tensors).
 */
export function kindOf(expr: Expr, kinds: Kinds): Kind {
  switch (expr.tag) {
    case "local":
      return kinds.get(expr.name) ?? "real";
    case "feature":
    case "param":
    case "call":
      return expr.type.kind;
    case "op":
      if (expr.op === "sign" || areSigns(expr, kinds)) return "sign";
      if (!REARRANGE.has(expr.op)) return "real";
      return expr.args.map((arg) => kindOf(arg, kinds)).reduce(widest);
    case "time":
      return kindOf(expr.body, kinds);
    default:
      return "real";
  }
}

/** Whether an operation makes signs of signs: a product of two, or one turned around. */
function areSigns({ op, args }: OpExpr, kinds: Kinds): boolean {
  return (op === "mul" || op === "neg") && args.every((arg) => kindOf(arg, kinds) === "sign");
}

const ORDER: readonly Kind[] = ["sign", "spike", "trit", "graded", "real"];

function widest(a: Kind, b: Kind): Kind {
  if (a === b) return a;
  const wider = ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
  return wider === "spike" ? "trit" : wider;
}

/** MACs, additions and functions per element of the result. */
const ELEMENTWISE: Readonly<Partial<Record<OpExpr["op"], readonly [macs: number, adds: number]>>> =
  {
    add: [0, 1],
    sub: [0, 1],
    maximum: [0, 1],
    minimum: [0, 1],
    mul: [1, 0],
    div: [1, 0],
    pow: [1, 0],
    relu: [0, 1],
    abs: [0, 1],
    sign: [0, 1],
    clip: [0, 2],
    leakyRelu: [1, 0],
    elu: [1, 0],
    tanh: [1, 0],
    sigmoid: [1, 0],
    softplus: [1, 0],
    exp: [1, 0],
    log: [1, 0],
    sqrt: [1, 0],
    square: [1, 0],
    sin: [1, 0],
    cos: [1, 0],
    erf: [1, 0],
    silu: [2, 0],
    gelu: [3, 1],
    softmax: [2, 1],
    logSoftmax: [1, 2],
    edgeSoftmax: [2, 1],
  };
const BINARY: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "maximum",
  "minimum",
  "mul",
  "div",
  "pow",
]);

/** Operations of one call; `repeat` is the number of steps it runs for. */
export function opCounts(expr: OpExpr, bindings: Bindings, kinds: Kinds, repeat: Size): Counts {
  const dimsOf = (value: Expr): readonly Size[] =>
    value.type.dims.map((dim) => substituteSize(dim, bindings));
  const times = (...sizes: readonly Size[]): Size => [...sizes, repeat].reduce(multiplySizes);
  const [x] = expr.args;
  const results = times(elements(dimsOf(expr)));
  const simple = ELEMENTWISE[expr.op];
  if (simple !== undefined) {
    if (expr.type.dims.length === 0) return noCounts;
    const [macs, adds] = simple;
    if (expr.op === "mul" && areSigns(expr, kinds)) {
      return { ...noCounts, bitOps: results, reads: words(results, "sign") };
    }
    const reads = BINARY.has(expr.op) && expr.args.every((arg) => arg.type.dims.length > 0);
    return perElement(results, macs, adds, reads ? 1 : 0);
  }
  switch (expr.op) {
    case "matMul": {
      const [, weight] = expr.args;
      const values = times(elements(dimsOf(x)));
      const terms = multiplySizes(values, elements(dimsOf(weight).slice(1)));
      const [kind, weightKind] = [kindOf(x, kinds), kindOf(weight, kinds)];
      const reads = addSizes(words(values, kind), words(terms, weightKind));
      return { ...noCounts, ...byKind(kind, weightKind, terms), reads, writes: results };
    }
    case "dot": {
      const terms = times(elements(dimsOf(x)));
      const reads = multiplySizes(terms, constantSize(2));
      return { ...noCounts, ...byKind(kindOf(x, kinds), "real", terms), reads, writes: results };
    }
    case "attentionScores": {
      // The sum, the rectifier and the product of every edge and channel; both ends are read.
      const terms = times(edgesOf(expr, bindings), elements(dimsOf(x).slice(1)));
      const [macs, reads] = [2, 2].map((each) => multiplySizes(terms, constantSize(each)));
      return { ...noCounts, macs, adds: terms, reads, writes: results };
    }
    case "propagate": {
      const terms = times(edgesOf(expr, bindings), elements(dimsOf(x).slice(1)));
      const [, weights] = expr.args;
      if (weights === undefined) return { ...noCounts, adds: terms, reads: terms, writes: results };
      const held = multiplySizes(elements(dimsOf(weights)), weights.timed ? repeat : ONE);
      const reads = addSizes(terms, held);
      return { ...noCounts, ...byKind(kindOf(x, kinds), "real", terms), reads, writes: results };
    }
    case "aggregate":
    case "pool": {
      const values =
        expr.op === "pool"
          ? times(elements(dimsOf(x)))
          : times(edgesOf(expr, bindings), elements(dimsOf(x).slice(1)));
      return reduction(values, results, expr.attributes.reduce ?? []);
    }
    case "rowSum":
    case "rowMean":
    case "columnMean":
      return reduction(times(elements(dimsOf(x))), results, ["mean"]);
    case "rowVariance":
    case "columnVariance": {
      const values = times(elements(dimsOf(x)));
      const mean = reduction(values, results, ["mean"]);
      return [mean, perElement(values, 1, 1, 0), mean].reduce(addCounts);
    }
    case "rate": {
      const steps = substituteSize(expr.attributes.steps ?? ONE, bindings);
      if (steps.terms.get("") === 1 && steps.terms.size === 1) return noCounts;
      const result = elements(dimsOf(expr));
      return reduction(multiplySizes(result, steps), result, ["mean"]);
    }
    default:
      return noCounts;
  }
}

function perElement(count: Size, macs: number, adds: number, reads: number): Counts {
  return {
    ...noCounts,
    macs: multiplySizes(count, constantSize(macs)),
    adds: multiplySizes(count, constantSize(adds)),
    reads: multiplySizes(count, constantSize(reads)),
  };
}

/** Every element is read and takes part once for each reducer; every reducer's results are written. */
function reduction(values: Size, results: Size, reducers: readonly string[]): Counts {
  let counts: Counts = { ...noCounts, reads: values, writes: results };
  for (const reducer of reducers) {
    const isMac = reducer === "std" || reducer === "softmax-weighted";
    const isAdd = reducer !== "softmax-weighted";
    counts = addCounts(counts, perElement(values, isMac ? 1 : 0, isAdd ? 1 : 0, 0));
  }
  return counts;
}

/** Products with a value that is 0, 1 or -1 are additions; of two signs one-bit operations. */
function byKind(kind: Kind, weight: Kind, terms: Size): Partial<Counts> {
  if (kind === "sign" && weight === "sign") return { bitOps: terms };
  const isPlain = (one: Kind): boolean => one === "real" || one === "graded" || one === "label";
  return isPlain(kind) && isPlain(weight) ? { macs: terms } : { adds: terms };
}

/** Signs are stored 32 to a word. */
function words(values: Size, kind: Kind): Size {
  return kind === "sign" ? multiplySizes(values, constantSize(1 / 32)) : values;
}

function edgesOf(expr: OpExpr, bindings: Bindings): Size {
  const { graph } = expr.attributes;
  if (graph === undefined) return NOTHING;
  const edges = substituteSize(graph.type.edges, bindings);
  if (!graph.selfLoops) return edges;
  return addSizes(edges, substituteSize(graph.type.nodes, bindings));
}

/**
 * A layer of neurons: `units` per step, at `steps` steps. States are read and written at every step, learned
 * numbers read once per unit, and every unit emits.
 */
export function neuronCounts(neuron: NeuronIr, units: Size, steps: Size): Counts {
  const updates = multiplySizes(units, steps);
  const { macs, adds } = neuronOperations(neuron);
  const states = neuron.states.length;
  const learned = neuron.params.filter((param) => param.learn).length;
  return {
    macs: multiplySizes(updates, constantSize(macs)),
    adds: multiplySizes(updates, constantSize(adds)),
    bitOps: NOTHING,
    reads: addSizes(
      multiplySizes(updates, constantSize(states)),
      multiplySizes(units, constantSize(learned)),
    ),
    writes: multiplySizes(updates, constantSize(states + 1)),
  };
}

/** Operations of one unit in one step: the update lines, and the comparison with the threshold. */
export function neuronOperations(neuron: NeuronIr): {
  readonly macs: number;
  readonly adds: number;
} {
  const compare = neuron.spike === undefined ? 0 : neuron.spike.below === undefined ? 1 : 2;
  return neuron.updates
    .map((update) => scalarCounts(update.value))
    .reduce((a, b) => ({ macs: a.macs + b.macs, adds: a.adds + b.adds }), {
      macs: 0,
      adds: compare,
    });
}

function scalarCounts(scalar: Scalar): { readonly macs: number; readonly adds: number } {
  switch (scalar.tag) {
    case "number":
    case "name":
      return { macs: 0, adds: 0 };
    case "neg":
      return scalarCounts(scalar.operand);
    case "binary": {
      const a = scalarCounts(scalar.left);
      const b = scalarCounts(scalar.right);
      const isSum = scalar.op === "+" || scalar.op === "-";
      return { macs: a.macs + b.macs + (isSum ? 0 : 1), adds: a.adds + b.adds + (isSum ? 1 : 0) };
    }
    case "call": {
      const parts = scalar.args.map(scalarCounts);
      return {
        macs: parts.reduce((sum, part) => sum + part.macs, 1),
        adds: parts.reduce((sum, part) => sum + part.adds, 0),
      };
    }
  }
}
