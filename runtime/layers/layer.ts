/** Base classes of generated layers and models. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Parameter, Running } from "./parameter.js";
import type { Run } from "./run.js";
import type { Scope } from "./scope.js";

/** A part of a model that owns parameters; generated classes add `forward`. */
export abstract class Layer {
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }
}

/** A type as the compiler knows it: kind and dims, symbolic ones by name. */
export interface TypeInfo {
  readonly kind: string;
  readonly dims: readonly (number | string)[];
}
/** A graph input and the features it must carry. */
export interface GraphTypeInfo {
  readonly kind: "graph";
  readonly nodes: Readonly<Record<string, TypeInfo>>;
  readonly edges: Readonly<Record<string, TypeInfo>>;
}
/** What is known of a model without running it. */
export interface ModelInfo {
  readonly name: string;
  readonly inputs: Readonly<Record<string, TypeInfo | GraphTypeInfo>>;
  readonly output: TypeInfo;
}

/** A whole model; `Inputs` is an object of tensors and graphs. */
export abstract class Model<Inputs = unknown> {
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  abstract forward(inputs: Inputs, run: Run): Tensor;

  /** Learned parameters in order of creation. */
  parameters(): Parameter[] {
    return [...this.scope.root.parameters.values()];
  }

  /** Running statistics in order of creation. */
  runnings(): Running[] {
    return [...this.scope.root.runnings.values()];
  }

  /** Frees the parameters. */
  dispose(): void {
    this.scope.dispose();
  }
}
