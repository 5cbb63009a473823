/**
 * The typed syntax tree of a `.sgnn` file.
 *
 * Invariants: every node has a source span; a part that did not parse is an `Invalid` node (never a
 * missing field), so later phases skip it silently; comments are not nodes but trivia, kept in
 * `File.trivia` in source order, and doc comments are attached to their declaration as `doc`.
 */

/** Half-open range of character offsets in the source text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Node {
  readonly span: Span;
}

/** A name where it is written, so that a diagnostic can point at the word itself. */
export interface Identifier extends Node {
  readonly text: string;
}

/** A part of the source that could not be parsed; already reported. */
export interface Invalid extends Node {
  readonly type: "invalid";
}

/* ---------------------------------------------------------------- expressions */

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | Name
  | Call
  | Member
  | Index
  | Unary
  | Binary
  | Comparison
  | Pipe
  | SoftmaxOver
  | Gather
  | Pool
  | TimeBlock
  | SnapshotBlock
  | ListLiteral
  | Invalid;

export interface NumberLiteral extends Node {
  readonly type: "number";
  readonly value: number;
}
export interface StringLiteral extends Node {
  readonly type: "string";
  readonly value: string;
}
export interface BooleanLiteral extends Node {
  readonly type: "boolean";
  readonly value: boolean;
}
/** A bare name, lower or upper case, with neither `<..>` nor `(..)`. */
export interface Name extends Node {
  readonly type: "name";
  readonly text: string;
}
/** `F<64>(x)`, `F<64>`, `f(x)`; `args` is undefined when no parentheses were written. */
export interface Call extends Node {
  readonly type: "call";
  readonly callee: Identifier;
  readonly generics: readonly GenericArgument[];
  readonly args: readonly Argument[] | undefined;
}
export interface GenericArgument extends Node {
  readonly name: Identifier | undefined;
  readonly value: Expression;
}
export interface Argument extends Node {
  readonly name: Identifier | undefined;
  readonly value: Expression;
}
/** `g.x`, `e.attr` */
export interface Member extends Node {
  readonly type: "member";
  readonly object: Expression;
  readonly name: Identifier;
}
/** `x[i]` */
export interface Index extends Node {
  readonly type: "index";
  readonly object: Expression;
  readonly indices: readonly Expression[];
}
export interface Unary extends Node {
  readonly type: "unary";
  readonly operator: "-";
  readonly operand: Expression;
}
export type BinaryOperator = "+" | "-" | "*" | "/" | "@" | "^";
export interface Binary extends Node {
  readonly type: "binary";
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}
export type ComparisonOperator = "<" | "<=" | ">" | ">=" | "==";
export interface Comparison extends Node {
  readonly type: "comparison";
  readonly operator: ComparisonOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}
/** `head |> stage |> stage`: kept flat, so a long pipeline is not a deep tree. */
export interface Pipe extends Node {
  readonly type: "pipe";
  readonly head: Expression;
  readonly stages: readonly Stage[];
}
/** One stage of a pipeline or of a conversion rule. */
export interface Stage extends Node {
  readonly call: Call;
  /** `weights sign`, `scale per channel`; only in the replacement of a conversion rule. */
  readonly modifiers: readonly StageModifier[];
}
export interface StageModifier extends Node {
  readonly name: "weights" | "scale";
  readonly value: Identifier;
}
/** `softmax over i (expr)` */
export interface SoftmaxOver extends Node {
  readonly type: "softmaxOver";
  readonly index: Identifier;
  readonly operand: Expression;
}
export type AggregatorName = "sum" | "mean" | "max" | "min" | "std" | "softmax-weighted";
export interface Aggregator extends Node {
  readonly name: string;
}
/** `gather mean over j -> i in g with self loops { .. }` */
export interface Gather extends Node {
  readonly type: "gather";
  readonly reducers: readonly Aggregator[];
  readonly source: Identifier;
  readonly target: Identifier;
  readonly graph: Identifier | undefined;
  readonly selfLoops: boolean;
  readonly body: Block;
}
/** `pool mean h over g` */
export interface Pool extends Node {
  readonly type: "pool";
  readonly reducers: readonly Aggregator[];
  readonly operand: Expression;
  readonly graph: Identifier;
}
/** `over time 8 { .. }`; `steps` is a size, or a tensor whose first dimension is T. */
export interface TimeBlock extends Node {
  readonly type: "timeBlock";
  readonly steps: Expression;
  readonly body: Block;
}
export interface SnapshotBlock extends Node {
  readonly type: "snapshotBlock";
  readonly graph: Identifier;
  readonly body: Block;
}
export interface ListLiteral extends Node {
  readonly type: "list";
  readonly items: readonly Expression[];
}
export interface Block extends Node {
  readonly lets: readonly Let[];
  readonly result: Expression;
}
export interface Let extends Node {
  readonly type: "let";
  readonly name: Identifier;
  readonly value: Expression;
}

/* ---------------------------------------------------------------- types */

export type TypeExpression = TensorTypeExpression | GraphTypeExpression | Invalid;
export interface TensorTypeExpression extends Node {
  readonly type: "tensorType";
  readonly kind: Identifier;
  /** Undefined for a scalar written without brackets. */
  readonly dims: readonly Dim[] | undefined;
}
export type Dim = Ellipsis | Expression;
export interface Ellipsis extends Node {
  readonly type: "ellipsis";
}
export interface GraphTypeExpression extends Node {
  readonly type: "graphType";
  readonly fields: readonly GraphField[];
}
export interface GraphField extends Node {
  readonly on: "nodes" | "edges";
  readonly name: Identifier;
  readonly fieldType: TypeExpression;
}
export interface Range extends Node {
  readonly low: Expression;
  readonly high: Expression;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/* ---------------------------------------------------------------- declarations */

export type Declaration =
  | NeuronDeclaration
  | LayerDeclaration
  | FunctionDeclaration
  | EquilibriumDeclaration
  | ModelDeclaration
  | SolverDeclaration
  | VariantDeclaration
  | ProblemDeclaration
  | ConvertDeclaration
  | DataDeclaration
  | TrainDeclaration;

export interface File {
  readonly source: string;
  readonly imports: readonly Import[];
  readonly declarations: readonly Declaration[];
  readonly trivia: readonly Trivia[];
}
/** Everything in the source that is not a token of the grammar. */
export interface Trivia extends Node {
  readonly kind: "lineComment" | "blockComment" | "docComment" | "blankLine" | "skipped";
}
export interface Import extends Node {
  readonly names: readonly Identifier[];
  readonly from: StringLiteral;
}
interface DeclarationBase extends Node {
  readonly name: Identifier;
  /** Text of the `///` lines above, without the slashes; undefined when there are none. */
  readonly doc: string | undefined;
}
export interface Generic extends Node {
  readonly name: Identifier;
  readonly learn: boolean;
  readonly initial: Expression | undefined;
  readonly range: Range | undefined;
  readonly per: "channel" | "node" | undefined;
}
export interface Parameter extends Node {
  readonly name: Identifier;
  readonly declaredType: TypeExpression;
}

export interface NeuronDeclaration extends DeclarationBase {
  readonly type: "neuron";
  readonly generics: readonly Generic[];
  readonly fields: readonly NeuronField[];
}
export type NeuronField =
  | (Node & { readonly type: "input"; readonly names: readonly Identifier[] })
  | (Node & { readonly type: "state"; readonly name: Identifier; readonly value: Expression })
  | (Node & {
      readonly type: "update" | "reset";
      readonly detached: boolean;
      readonly name: Identifier;
      readonly value: Expression;
    })
  | SpikeField
  | (Node & {
      readonly type: "emit";
      readonly above: Expression;
      readonly below: Expression | undefined;
    });
/** One-sided: `condition`. Two-sided `v above a / below b`: `value`, `above`, `below`. */
export interface SpikeField extends Node {
  readonly type: "spike";
  readonly condition: Expression | undefined;
  readonly value: Expression | undefined;
  readonly above: Expression | undefined;
  readonly below: Expression | undefined;
  readonly surrogate: Surrogate | undefined;
}
/** `atan(alpha: 2)` or `custom(u) = expression`. */
export interface Surrogate extends Node {
  readonly name: Identifier;
  readonly args: readonly Argument[];
  readonly variable: Identifier | undefined;
  readonly derivative: Expression | undefined;
}

export interface ParamField extends Node {
  readonly type: "param";
  readonly names: readonly Identifier[];
  readonly declaredType: TypeExpression;
  readonly initial: Expression;
  readonly range: Range | undefined;
  readonly contraction: Expression | undefined;
}
export interface RunningField extends Node {
  readonly type: "running";
  readonly name: Identifier;
  readonly declaredType: TypeExpression;
  readonly initial: Expression;
  readonly follows: Expression;
  readonly rate: Expression;
}
export type BodyItem = ParamField | RunningField | Let;

/** Layers, functions and models share one shape: items in source order, then the result. */
interface CallableDeclaration extends DeclarationBase {
  readonly generics: readonly Generic[];
  readonly parameters: readonly Parameter[];
  readonly resultType: TypeExpression;
  readonly items: readonly BodyItem[];
  readonly result: Expression;
}
export interface LayerDeclaration extends CallableDeclaration {
  readonly type: "layer";
}
export interface FunctionDeclaration extends CallableDeclaration {
  readonly type: "function";
}
export interface ModelDeclaration extends CallableDeclaration {
  readonly type: "model";
}
/** `model X solves P { over (x, t) { .. } }` or `{ separable rank r over x, t { .. } }` */
export interface SolverDeclaration extends DeclarationBase {
  readonly type: "solver";
  readonly generics: readonly Generic[];
  readonly problem: Identifier;
  readonly separableRank: Expression | undefined;
  readonly variables: readonly Identifier[];
  readonly stages: readonly Stage[];
}
export interface VariantDeclaration extends DeclarationBase {
  readonly type: "variant";
  readonly model: Identifier;
  readonly generics: readonly GenericArgument[];
}

export interface EquilibriumDeclaration extends DeclarationBase {
  readonly type: "equilibrium";
  readonly generics: readonly Generic[];
  readonly parameters: readonly Parameter[];
  readonly resultType: TypeExpression;
  readonly fields: readonly EquilibriumField[];
}
export type EquilibriumField =
  | ParamField
  | RunningField
  | Let
  | (Node & { readonly type: "neuron" | "solve" | "gradient"; readonly call: Expression })
  | (Node & { readonly type: "fixpoint"; readonly equations: readonly Equation[] })
  | (Node & { readonly type: "carry"; readonly word: Identifier })
  | (Node & { readonly type: "unchecked" });
export interface Equation extends Node {
  readonly left: Expression;
  readonly right: Expression;
}

export interface ProblemDeclaration extends DeclarationBase {
  readonly type: "problem";
  readonly fields: readonly ProblemField[];
}
export type ProblemField =
  | (Node & { readonly type: "const"; readonly name: Identifier; readonly value: Expression })
  | (Node & {
      readonly type: "domain";
      readonly axes: readonly (Node & { readonly name: Identifier; readonly range: Range })[];
    })
  | (Node & {
      readonly type: "field";
      readonly fields: readonly (Node & {
        readonly name: Identifier;
        readonly variables: readonly Identifier[];
      })[];
    })
  | (Node & {
      readonly type: "equation" | "initial" | "boundary" | "enforce";
      readonly equations: readonly Equation[];
      /** `boundary periodic u, v` */
      readonly periodic: readonly Expression[];
    })
  /** `exact burgers(x, t)` or `exact u = .., v = ..` (left undefined when not written). */
  | (Node & {
      readonly type: "exact";
      readonly solutions: readonly (Node & {
        readonly left: Expression | undefined;
        readonly right: Expression;
      })[];
    })
  | (Node & {
      readonly type: "sample";
      readonly counts: readonly (Node & {
        readonly where: Identifier;
        readonly count: Expression;
        readonly method: Expression | undefined;
      })[];
    })
  | (Node & { readonly type: "weights"; readonly call: Expression });

export interface ConvertDeclaration extends Node {
  readonly type: "convert";
  /** The model that is converted. */
  readonly model: Identifier;
  /** The name of the converted model. */
  readonly name: Identifier;
  readonly doc: string | undefined;
  readonly fields: readonly ConvertField[];
}
export type ConvertField =
  | (Node & { readonly type: "steps"; readonly value: Expression })
  | (Node & {
      readonly type: "rule";
      readonly last: boolean;
      readonly pattern: readonly Stage[];
      /** Undefined means `keep`. */
      readonly replacement: readonly Stage[] | undefined;
    })
  | (Node & { readonly type: "threshold"; readonly words: readonly (Identifier | NumberLiteral)[] })
  | (Node & {
      readonly type: "calibrate";
      readonly what: readonly Identifier[];
      readonly on: Identifier;
      readonly count: Expression | undefined;
    })
  | (Node & {
      readonly type: "stage";
      readonly name: StringLiteral;
      readonly settings: readonly (Node & {
        readonly name: Identifier;
        readonly value: Expression;
      })[];
    })
  | (Node & { readonly type: "distill"; readonly terms: readonly Expression[] });

export interface DataDeclaration extends DeclarationBase {
  readonly type: "data";
  readonly fields: readonly DataField[];
}
export type DataField =
  | (Node & {
      readonly type: "file";
      readonly path: StringLiteral;
      readonly format: Identifier | undefined;
    })
  | (Node & { readonly type: "generate"; readonly call: Expression })
  | (Node & {
      readonly type: "graph";
      readonly name: Identifier;
      readonly parts: readonly GraphPart[];
    })
  | (Node & {
      readonly type: "sample";
      readonly entries: readonly (Node & {
        readonly name: Identifier;
        readonly source: Expression;
      })[];
    })
  | SplitField
  | (Node & {
      readonly type: "scale";
      readonly names: readonly Identifier[];
      readonly method: Identifier;
    })
  | (Node & {
      readonly type: "augment";
      readonly names: readonly Identifier[];
      readonly calls: readonly Expression[];
    });
export interface GraphPart extends Node {
  readonly on: "nodes" | "edges";
  /** Undefined for the connections themselves: `edges = "edge_index"`. */
  readonly name: Identifier | undefined;
  readonly source: Expression;
  /** The array of boundaries between graphs, `by "node_ptr"`. */
  readonly by: StringLiteral | undefined;
}
export interface SplitField extends Node {
  readonly type: "split";
  readonly rule: "random" | "stratified" | "grouped" | "given" | "perClass" | "invalid";
  readonly by: Identifier | undefined;
  /** `80 : 10 : 10`, or `20 : 30` for per class. */
  readonly ratio: readonly Expression[];
  readonly folds: Expression | undefined;
  /** `given train = "train_mask", ..` */
  readonly masks: readonly (Node & { readonly name: Identifier; readonly array: StringLiteral })[];
}

export interface TrainDeclaration extends Node {
  readonly type: "train";
  readonly model: Identifier;
  readonly data: Identifier;
  readonly doc: string | undefined;
  readonly fields: readonly TrainField[];
}
export type TrainField =
  | (Node & { readonly type: "loss"; readonly value: Expression })
  | (Node & { readonly type: "optimize"; readonly calls: readonly Expression[] })
  | (Node & {
      readonly type: "epochs" | "batch" | "clip" | "patience";
      readonly value: Expression;
    })
  | (Node & { readonly type: "seeds"; readonly values: readonly Expression[] })
  | (Node & { readonly type: "schedule"; readonly call: Expression })
  | (Node & { readonly type: "select"; readonly name: Identifier })
  | (Node & { readonly type: "report"; readonly names: readonly Identifier[] });
