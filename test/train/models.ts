/** Small experiments in the style of generated code, for tests of training. */
import * as sg from "../../runtime/layers/index.js";
import {
  concat,
  logSoftmax,
  matMul,
  mean,
  neg,
  pick,
  relu,
  square,
  sub,
  add,
} from "../../runtime/tensor/ops/index.js";
import { pool, propagate, symmetricNorm } from "../../runtime/graph/index.js";
import type { Graph } from "../../runtime/graph/index.js";
import type { Run, Scope } from "../../runtime/layers/index.js";
import type { Tensor } from "../../runtime/tensor/index.js";
import type { DataSpec } from "../../runtime/data/spec.js";
import type { Experiment, TrainSpec } from "../../runtime/train/spec.js";

class Gcn extends sg.Layer {
  readonly w: sg.Parameter;
  readonly bias: sg.Parameter;

  constructor(scope: Scope, size: { in: number; out: number }) {
    super(scope);
    this.w = scope.parameter("w", [size.in, size.out], sg.glorot());
    this.bias = scope.parameter("bias", [size.out], sg.zeros());
  }

  forward(x: Tensor, g: Graph): Tensor {
    const looped = g.withSelfLoops();
    const h = matMul(x, this.w.value);
    return add(propagate(looped, h, "sum", symmetricNorm(looped)), this.bias.value);
  }
}

export interface ClassifierInputs {
  readonly g: Graph<{ x: Tensor }>;
}

/** The two-layer network of Kipf and Welling (2017). */
export class NodeClassifier extends sg.Model<ClassifierInputs> {
  readonly first: Gcn;
  readonly second: Gcn;

  constructor(scope: Scope, size: { in: number; hidden: number; out: number }) {
    super(scope);
    this.first = new Gcn(scope.child("first"), { in: size.in, out: size.hidden });
    this.second = new Gcn(scope.child("second"), { in: size.hidden, out: size.out });
  }

  forward({ g }: ClassifierInputs, run: Run): Tensor {
    const h1 = relu(this.first.forward(sg.dropout(g.nodes.x, 0.5, run), g));
    return this.second.forward(sg.dropout(h1, 0.5, run), g);
  }
}

export function crossEntropy(output: Tensor, target: Tensor): Tensor {
  return neg(mean(pick(logSoftmax(output), target)));
}

export function meanSquare(output: Tensor, target: Tensor): Tensor {
  return mean(square(sub(output, target)));
}

export function classifier(
  data: DataSpec,
  size: { in: number; hidden: number; out: number },
  train: Partial<TrainSpec> = {},
): Experiment {
  return {
    name: "NodeClassifier",
    model: "NodeClassifier",
    create: (scope) => new NodeClassifier(scope, size),
    info: {
      name: "NodeClassifier",
      inputs: {
        g: { kind: "graph", nodes: { x: { kind: "real", dims: ["N", size.in] } }, edges: {} },
      },
      output: { kind: "real", dims: ["N", size.out] },
    },
    data,
    train: {
      optimize: [{ name: "adam", args: { rate: 0.01, decay: 5e-4 } }],
      epochs: 200,
      seeds: [0],
      report: ["accuracy"],
      ...train,
    },
    loss: crossEntropy,
    targetKind: "label",
    source: { file: "classifier.sgnn", hash: "c0ffee" },
  };
}

export interface RegressorInputs {
  readonly g: Graph<{ x: Tensor }, { attr: Tensor }>;
  readonly field: Tensor;
}

/** Messages from neighbour and edge, a mean pool, and a global input joined after it. */
export class GraphRegressor extends sg.Model<RegressorInputs> {
  readonly message: sg.Parameter;
  readonly own: sg.Parameter;
  readonly out: sg.Parameter;
  readonly bias: sg.Parameter;

  constructor(scope: Scope, size: { in: number; edge: number; hidden: number }) {
    super(scope);
    this.message = scope.parameter("message", [size.in, size.hidden], sg.glorot());
    this.own = scope.parameter("own", [size.in, size.hidden], sg.glorot());
    this.out = scope.parameter("out", [size.hidden + 1, 1], sg.glorot());
    this.bias = scope.parameter("bias", [1], sg.zeros());
  }

  forward({ g, field }: RegressorInputs, run: Run): Tensor {
    const h = relu(
      add(
        matMul(g.nodes.x, this.own.value),
        propagate(g, matMul(g.nodes.x, this.message.value), "mean", g.edges.attr),
      ),
    );
    const p = pool(g, sg.dropout(h, 0.1, run), ["mean"]);
    return add(matMul(concat(p, field), this.out.value), this.bias.value);
  }
}

export function regressor(data: DataSpec, train: Partial<TrainSpec> = {}): Experiment {
  return {
    name: "GraphRegressor",
    model: "GraphRegressor",
    create: (scope) => new GraphRegressor(scope, { in: 2, edge: 1, hidden: 8 }),
    info: {
      name: "GraphRegressor",
      inputs: {
        g: {
          kind: "graph",
          nodes: { x: { kind: "real", dims: ["N", 2] } },
          edges: { attr: { kind: "real", dims: ["E", 1] } },
        },
        field: { kind: "real", dims: ["G", 1] },
      },
      output: { kind: "real", dims: ["G", 1] },
    },
    data,
    train: {
      optimize: [{ name: "adam", args: { rate: 0.01 } }],
      epochs: 20,
      batch: 8,
      seeds: [0],
      report: ["mae", "r2"],
      ...train,
    },
    loss: meanSquare,
    targetKind: "real",
    source: { file: "regressor.sgnn", hash: "beef" },
  };
}
