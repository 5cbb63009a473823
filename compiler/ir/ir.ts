/**
 * The typed intermediate form. The checker builds it from the syntax tree, the plan passes rewrite
 * it, the emitter prints it as TypeScript.
 *
 * Invariants: every expression carries its type, and no type is an error; all names are resolved;
 * generics over neurons, layers and functions are already substituted (one `Layer` per distinct
 * substitution), generics over numbers stay symbolic sizes inside a `Layer` and become constructor
 * arguments of the emitted class; pipelines are already ordinary calls.
 *
 * Storage convention (what makes emitted code short): inside a time block a tensor is stored as
 * time-major rows: [T, N, F] is a [T*N, F] tensor. Dense products and element-wise work then do not
 * know of time at all, and graph functions recognise the number of steps from the number of rows.
 * An untimed operand of a timed operation is wrapped in `hold` (repeated T times along rows); a
 * neuron takes an untimed input as it is and reads it at every step.
 */
import type { Span } from "../../grammar/tree.js";
import type { ScalarFunction } from "./scalar.js";
import type { GraphType, Kind, Size, TensorType } from "./types.js";

/** Where an expression came from; `file` is as the user named it, or "sgnn:std/<file>". */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly span: Span;
}

/* ---------------------------------------------------------------- expressions */

interface ExprBase {
  readonly type: TensorType;
  readonly origin: Origin;
  /** True when the value has one slice per time step (see the storage convention). */
  readonly timed: boolean;
}

export type Expr =
  | ConstantExpr
  | SizeExpr
  | LocalExpr
  | ParamExpr
  | FeatureExpr
  | OpExpr
  | CallExpr
  | FunctionCallExpr
  | GatherExpr
  | EdgeExpr
  | TimeExpr
  | FixpointExpr;

/** A number written in the source or computed from numbers. */
export interface ConstantExpr extends ExprBase {
  readonly tag: "constant";
  readonly value: number;
}
/**
 * A numeric generic used as a number: a size (`x / heads`), or a constant of a layer or function
 * (`p` of `Dropout<p: 0.5>`), whose name is then a key of `constants` rather than one of `sizes`.
 */
export interface SizeExpr extends ExprBase {
  readonly tag: "size";
  readonly size: Size;
}
/** An input or a `let`. */
export interface LocalExpr extends ExprBase {
  readonly tag: "local";
  readonly name: string;
}
/** A `param`, or the current value of a `running` statistic. */
export interface ParamExpr extends ExprBase {
  readonly tag: "param";
  readonly name: string;
  /** Path of the member whose parameter it is: a plan pass computes here what that layer would. */
  readonly member?: string;
}
/** `g.x` (on nodes) or `e.attr` inside a gather (on edges). */
export interface FeatureExpr extends ExprBase {
  readonly tag: "feature";
  readonly graph: GraphRef;
  readonly on: "nodes" | "edges";
  readonly name: string;
}
/** A graph value: an input of the layer or model by name, maybe with self loops added. */
export interface GraphRef {
  readonly name: string;
  readonly type: GraphType;
  readonly selfLoops: boolean;
  /** All snapshots side by side, inside `over snapshots`: what depends on it has one slice per snapshot. */
  readonly isStacked?: boolean;
  /** The dynamic graph whose snapshots these are, in the body that has the block. */
  readonly whole?: GraphRef;
}

/**
 * Element-wise, reduction and product operators; one runtime function each, same name.
 * Arguments have equal shapes, or numpy-broadcastable ones: the checker has already put in
 * `expand` where residency alignment asked for trailing axes.
 */
export type OpName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "maximum"
  | "minimum"
  | "neg"
  | "relu"
  | "leakyRelu"
  | "elu"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "gelu"
  | "silu"
  | "exp"
  | "log"
  | "sqrt"
  | "square"
  | "abs"
  | "sin"
  | "cos"
  | "erf"
  | "clip"
  | "sign" // -1 or +1, +1 at 0; needs the run
  | "latent" // the real value behind a parameter of kind `sign`
  | "matMul" // contracts the last dim of the first with the first dim of the second
  | "dot" // sum over the last dim of the product
  | "concat" // along the last dim
  | "rows" // plan pass: attributes.count rows of a weight from attributes.start
  | "flatten" // keeps the first (residency) dim
  | "expand" // adds `attributes.axes` trailing axes of size 1
  | "hold" // untimed value repeated at every step of the surrounding time block; attributes.steps
  | "softmax"
  | "logSoftmax" // over the last dim
  | "rowSum"
  | "rowMean"
  | "rowVariance" // over the last dim, kept as size 1
  | "columnMean"
  | "columnVariance" // over all but the last dim
  | "sum"
  | "mean" // of everything: a scalar
  | "pick" // pick(x[R, C], label[R]) -> x[R]
  | "oneHot" // label[R] -> [R, attributes.classes]
  | "dropout" // attributes.rate; needs the run
  | "last" // [T, R, ..] -> [R, ..], the last step
  | "flattenTime" // [T, R, .., c] -> [R, .., T * c], step by step
  | "rate" // mean over the steps: [T, R, ..] -> [R, ..]; attributes.steps
  | "spikeRate" // mean firing fraction of the model's neurons in this run; a scalar; needs the run
  // on graphs; attributes.graph is a GraphRef
  | "source" // x[j]: node -> edge
  | "target" // x[i]: node -> edge
  | "aggregate" // edge -> node; attributes.reduce: AggregatorName[]; several are concatenated
  | "propagate" // plan pass: weighted sum or mean over neighbours as one sparse-dense product; attributes.reduce "sum"|"mean"; optional second argument: one weight per edge
  | "reached" // plan pass: rows of nodes that no edge enters become 0
  | "attentionScores" // plan pass: dot(leakyRelu(target(t) + source(s)), w); attributes.slope
  | "edgeSoftmax" // softmax over the edges that enter the same node
  | "symmetricNorm" // 1/sqrt(d_i d_j) per edge, [E]
  | "degree" // in-degree per node, [N]
  | "pool" // node -> graph; attributes.reduce
  // builds a graph: the value of a statement, whose name is then that of the graph; attributes.graph is
  // the graph whose nodes are connected anew; both need the run
  | "knn" // the attributes.count nearest nodes by attributes.metric, each node itself included
  | "radius" // all nodes within attributes.radius
  | "sampleNeighbours" // attributes.count edges drawn for each node, a share of them new in the snapshot; needs the run
  | "snapshots"; // all snapshots of attributes.graph side by side

export interface OpExpr extends ExprBase {
  readonly tag: "op";
  readonly op: OpName;
  readonly args: readonly Expr[];
  readonly attributes: OpAttributes;
}
export interface OpAttributes {
  readonly graph?: GraphRef;
  readonly reduce?: readonly string[];
  readonly steps?: Size;
  readonly rate?: Expr;
  readonly slope?: number;
  readonly low?: number;
  readonly high?: number;
  readonly classes?: Size;
  readonly axes?: number;
  readonly start?: Size;
  readonly count?: Size;
  readonly metric?: string;
  readonly radius?: number | Expr;
  readonly recent?: number | Expr;
}
/** A call of a member: a sub-layer or a neuron instance. */
export interface CallExpr extends ExprBase {
  readonly tag: "call";
  readonly member: string;
  readonly args: readonly (Expr | GraphRef)[];
  /** Only for neurons inside a time block. */
  readonly steps: Size | undefined;
}
/** A call of a lower-case function declared in the language (losses, user activations). */
export interface FunctionCallExpr extends ExprBase {
  readonly tag: "function";
  readonly callee: FunctionIr;
  readonly args: readonly (Expr | GraphRef)[];
  /** Values of the callee's `sizes`. */
  readonly sizes: ReadonlyMap<string, Size>;
  /** Values of the callee's `constants`: a scalar expression when it depends on the owner's generics. */
  readonly constants: ReadonlyMap<string, number | Expr>;
}
/** As written; the first plan pass lowers it to `op`s. Inside `body`, `edge` expressions move values. */
export interface GatherExpr extends ExprBase {
  readonly tag: "gather";
  readonly graph: GraphRef;
  readonly reduce: readonly string[];
  readonly lets: readonly Statement[];
  readonly body: Expr;
}
/** `x[i]` ("target") or `x[j]` ("source") inside a gather body. */
export interface EdgeExpr extends ExprBase {
  readonly tag: "edge";
  readonly end: "source" | "target";
  readonly graph: GraphRef;
  readonly operand: Expr;
}
/**
 * `over time steps { lets; result }`: type has T in front; the value leaves as [T, ...]. In `over snapshots g`
 * the first let is the graph of all snapshots side by side, whose nodes are the time-major rows.
 */
export interface TimeExpr extends ExprBase {
  readonly tag: "time";
  readonly steps: Size;
  /** The tensor whose slices the block walks through; none for a number of steps or for snapshots. */
  readonly over: { readonly name: string; readonly value: Expr } | undefined;
  readonly lets: readonly Statement[];
  readonly body: Expr;
}

/**
 * The result of an equilibrium block: its equations hold at rest. They run in order; a state that is
 * read at or before its own equation is fed back, the others are intermediate values. Only these
 * expressions see the states and `previous`, the result at the snapshot before.
 */
export interface FixpointExpr extends ExprBase {
  readonly tag: "fixpoint";
  readonly equations: readonly EquationIr[];
  /** Names of the fed-back states, in order; the last is the result. */
  readonly fed: readonly string[];
  /** The graph whose snapshots are solved one after the other. */
  readonly graph: GraphRef | undefined;
  readonly solve: SettingIr;
  readonly gradient: SettingIr;
  readonly carry: string;
}
export interface EquationIr {
  readonly name: string;
  /** With a neuron its current, of which the state is the rate; else the state itself. */
  readonly value: Expr;
  /** `clip(current / threshold, 0, 1)`: the rate at rest of a neuron with this threshold and leak. */
  readonly neuron: { readonly threshold: Expr; readonly leak: Expr } | undefined;
  readonly type: TensorType;
  readonly origin: Origin;
}
/** `anderson(memory: 5)`: numbers and words by name. */
export interface SettingIr {
  readonly name: string;
  readonly args: ReadonlyMap<string, number>;
  readonly words: ReadonlyMap<string, string>;
}

export interface Statement {
  readonly name: string;
  readonly value: Expr;
  readonly origin: Origin;
}

/* ---------------------------------------------------------------- callables */

export type InitialiserName =
  "zeros" | "ones" | "constant" | "uniform" | "normal" | "glorot" | "kaiming" | "orthogonal";
export interface Initialiser {
  readonly name: InitialiserName;
  readonly args: readonly number[];
  /** A constant of the layer that all of `args` are multiples of: `uniform(-frequency, frequency)`. */
  readonly times?: string | undefined;
}
export interface NumberRange {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}
export interface ParamIr {
  readonly name: string;
  readonly type: TensorType;
  readonly initial: Initialiser;
  readonly range: NumberRange | undefined;
  /** Largest spectral norm, kept in training. */
  readonly contraction?: number | undefined;
  /** Set for `running` statistics, which are not trained. */
  readonly running: { readonly follows: Expr; readonly rate: number } | undefined;
  readonly origin: Origin;
}
/** A sub-layer or neuron that a layer or model owns: one field of the emitted class. */
export interface MemberIr {
  /** Path segment and field name, unique in its owner: `h`, `h.sage1` -> field `hSage1`. */
  readonly path: string;
  readonly field: string;
  readonly target: LayerIr | NeuronIr;
  /** Values of the target's sizes (for a neuron: `channels`). */
  readonly sizes: ReadonlyMap<string, Size>;
  /**
   * Numbers given to the target's numeric generics: `Dropout<0.5>`, `LIF<beta: 0.95>`; a scalar
   * expression over `constant`, `size` and `op` when it depends on the owner's own generics.
   */
  readonly constants: ReadonlyMap<string, number | Expr>;
  /** The type that this member returns at this place. */
  readonly resultType: TensorType;
  readonly origin: Origin;
}
export interface InputIr {
  readonly name: string;
  readonly type: TensorType | GraphType;
}
interface CallableIr {
  /** Name of the emitted class or function, unique in the program. */
  readonly name: string;
  readonly declaredName: string;
  readonly doc: string | undefined;
  readonly origin: Origin;
  /** Symbolic sizes in order, e.g. ["in", "out"]. */
  readonly sizes: readonly string[];
  /** Numeric generics that are not sizes, with defaults: `p: 0.5`. */
  readonly constants: ReadonlyMap<string, number | undefined>;
  readonly inputs: readonly InputIr[];
  readonly body: readonly Statement[];
  readonly result: Expr;
}
export interface LayerIr extends CallableIr {
  readonly tag: "layer";
  readonly params: readonly ParamIr[];
  readonly members: readonly MemberIr[];
}
export interface FunctionIr extends CallableIr {
  readonly tag: "function";
}
/** A model or a variant: all sizes are numbers. */
export interface ModelIr extends Omit<LayerIr, "tag"> {
  readonly tag: "model";
  /** The declared model a variant instantiates (its own name when it is not a variant). */
  readonly model: string;
  readonly isVariant: boolean;
}

/* ---------------------------------------------------------------- neurons */

/** Scalar expressions inside a neuron, per unit and step. */
export type Scalar =
  | { readonly tag: "number"; readonly value: number }
  | { readonly tag: "name"; readonly name: string }
  | { readonly tag: "neg"; readonly operand: Scalar }
  | {
      readonly tag: "binary";
      readonly op: "+" | "-" | "*" | "/" | "^";
      readonly left: Scalar;
      readonly right: Scalar;
    }
  | { readonly tag: "call"; readonly fn: ScalarFunction; readonly args: readonly Scalar[] };

export interface NeuronParamIr {
  readonly name: string;
  readonly learn: boolean;
  readonly per: "channel" | "shared";
  readonly initial: Initialiser;
  readonly range: NumberRange | undefined;
}
export interface NeuronStep {
  readonly state: string;
  readonly value: Scalar;
  readonly detached: boolean;
  readonly line: number;
}
export type SurrogateName =
  | "atan"
  | "sigmoid"
  | "fast_sigmoid"
  | "triangle"
  | "super"
  | "piecewise"
  | "straight_through"
  | "custom";
export interface NeuronIr {
  readonly tag: "neuron";
  /** Unique in the program. */
  readonly name: string;
  readonly doc: string | undefined;
  readonly origin: Origin;
  readonly inputs: readonly string[];
  readonly params: readonly NeuronParamIr[];
  readonly states: readonly { readonly name: string; readonly initial: Scalar }[];
  readonly updates: readonly NeuronStep[];
  /** Spike above: margin > 0 (or >= 0 when `inclusive`). Undefined when the neuron never spikes. */
  readonly spike:
    | {
        readonly margin: Scalar;
        readonly inclusive: boolean;
        /** Two-sided neurons: spike below where this margin is > 0 (>= 0). */
        readonly below: Scalar | undefined;
        readonly surrogate: {
          readonly name: SurrogateName;
          readonly args: readonly number[];
          readonly variable: string | undefined;
          readonly derivative: Scalar | undefined;
        };
        readonly line: number;
      }
    | undefined;
  readonly resets: readonly NeuronStep[];
  readonly emit: {
    readonly above: Scalar;
    readonly below: Scalar | undefined;
    readonly line: number;
  };
  readonly emits: Kind;
}

/* ---------------------------------------------------------------- data and training */

export type SourceIr =
  | { readonly tag: "array"; readonly name: string }
  | { readonly tag: "columns"; readonly names: readonly string[] }
  | { readonly tag: "oneHot"; readonly name: string }
  /** A named feature transform of the numbers of another source. */
  | { readonly tag: "transform"; readonly name: string; readonly of: SourceIr }
  /** Node features computed from the graph itself. */
  | {
      readonly tag: "computed";
      readonly name: string;
      readonly args: ReadonlyMap<string, number>;
    };
/** Connections with a time each, cut into the snapshots of a dynamic graph. */
export type SnapshotsIr = {
  readonly tag: "snapshots";
  /** One array [2, E], or two columns. */
  readonly of: SourceIr;
  readonly time: string;
  /** Times in one snapshot. */
  readonly merge?: number;
  readonly first?: number;
  readonly last?: number;
  readonly newEdges?: boolean;
  readonly undirected?: boolean;
  readonly sort?: boolean;
};
export interface DataIr {
  readonly name: string;
  readonly doc: string | undefined;
  readonly origin: Origin;
  readonly files: readonly { readonly path: string; readonly format: string | undefined }[];
  readonly generate:
    { readonly name: string; readonly args: ReadonlyMap<string, number | string> } | undefined;
  readonly graph:
    | {
        readonly name: string;
        readonly nodes: readonly { readonly name: string; readonly source: SourceIr }[];
        readonly nodesBy: string | undefined;
        readonly connections: SourceIr | SnapshotsIr;
        readonly edges: readonly { readonly name: string; readonly source: SourceIr }[];
        readonly edgesBy: string | undefined;
      }
    | undefined;
  readonly samples: readonly { readonly name: string; readonly source: SourceIr }[];
  readonly split: SplitIr;
  readonly scale: readonly { readonly name: string; readonly method: string }[];
  /** Random changes of node features in training: feature by feature, in order. */
  readonly augment: readonly AugmentIr[];
}
export interface AugmentIr {
  readonly name: string;
  /** `scale`, `shift`, `jitter`; see compiler/check/data/augment.ts. */
  readonly method: string;
  readonly args: ReadonlyMap<string, number>;
}
export type SplitIr =
  | { readonly rule: "random"; readonly ratio: readonly [number, number, number] }
  | {
      readonly rule: "stratified";
      readonly by: string;
      readonly ratio: readonly [number, number, number];
    }
  | {
      readonly rule: "grouped";
      readonly by: string;
      readonly ratio: readonly [number, number, number];
    }
  | { readonly rule: "folds" | "groupedFolds"; readonly by: string; readonly folds: number }
  | { readonly rule: "perClass"; readonly train: number; readonly validation: number }
  | {
      readonly rule: "given";
      readonly train: string;
      readonly validation: string | undefined;
      readonly test: string | undefined;
    };
export interface TrainIr {
  readonly origin: Origin;
  readonly doc: string | undefined;
  /** The models it trains: the model itself, or every variant of it. */
  readonly models: readonly string[];
  readonly data: string;
  /** Inputs `output` and `target`, emitted as a TypeScript function. */
  readonly loss: FunctionIr;
  readonly optimize: readonly {
    readonly name: string;
    readonly args: ReadonlyMap<string, number>;
  }[];
  readonly schedule:
    { readonly name: string; readonly args: ReadonlyMap<string, number> } | undefined;
  readonly epochs: number;
  readonly batch: number | undefined;
  readonly seeds: readonly number[];
  readonly clip: number | undefined;
  readonly patience: number | undefined;
  readonly select: string | undefined;
  readonly report: readonly string[];
}

/** A `convert` declaration, whose converted model is one of the program's models. */
export interface ConversionIr {
  readonly origin: Origin;
  /** Name of the converted model in the output. */
  readonly name: string;
  /** Name of the model that was converted, in the output. */
  readonly from: string;
  /** The converted model as `.sgnn` source. */
  readonly text: string;
  readonly stages: readonly StageIr[];
  /** What the converted model learns from the original, by kind: `logits`, `structure`. */
  readonly distill: ReadonlyMap<string, ReadonlyMap<string, number>>;
}
/** A stage of training: words (`activations`, `weights`) and numbers (`epochs`, `rate`, ..). */
export interface StageIr {
  readonly name: string;
  readonly settings: ReadonlyMap<string, string | number>;
}
