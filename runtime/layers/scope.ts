/** Where parameters are made: a tree of paths with one register at its root. */
import { SgnnError } from "../error.js";
import { Rng } from "../tensor/random/rng.js";
import type { Initialiser } from "./initialisers.js";
import { Parameter, Running, type Range } from "./parameter.js";

export interface ScopeOptions {
  /** Initial values are a function of this and of each parameter's path. */
  readonly seed: number;
}

/**
 * A place in the model's tree. `new Scope({ seed })` is a root; `child` gives the places below.
 * Every parameter is registered at the root under its full path.
 */
export class Scope {
  readonly path: string;
  readonly root: Scope;
  readonly seed: number;
  /** All parameters by path, in order of creation; filled on the root only. */
  readonly parameters = new Map<string, Parameter>();
  /** All running statistics by path; filled on the root only. */
  readonly runnings = new Map<string, Running>();

  constructor(options: ScopeOptions, path = "", root?: Scope) {
    this.seed = options.seed;
    this.path = path;
    this.root = root ?? this;
  }

  /** The place `path` (one or more segments) below this one. */
  child(path: string): Scope {
    return new Scope({ seed: this.seed }, this.join(path), this.root);
  }

  /**
   * Makes and registers a learned parameter.
   * @throws SgnnError R140 when the path is taken
   */
  parameter(
    name: string,
    shape: readonly number[],
    initialiser: Initialiser,
    options: {
      readonly range?: Range | undefined;
      readonly kind?: "sign" | undefined;
      readonly contraction?: number | undefined;
    } = {},
  ): Parameter {
    const path = this.claim(name);
    const values = initialiser(shape, Rng.of(this.seed, `parameter ${path}`));
    const { range, kind, contraction } = options;
    const parameter = new Parameter(path, shape, values, range, kind, contraction);
    this.root.parameters.set(path, parameter);
    return parameter;
  }

  /** Makes and registers a running statistic that moves by `rate` towards each batch. */
  running(name: string, shape: readonly number[], initialiser: Initialiser, rate: number): Running {
    const path = this.claim(name);
    const running = new Running(
      path,
      shape,
      initialiser(shape, Rng.of(this.seed, `running ${path}`)),
      rate,
    );
    this.root.runnings.set(path, running);
    return running;
  }

  /** Frees all parameters and statistics of the whole tree. */
  dispose(): void {
    for (const parameter of this.root.parameters.values()) parameter.dispose();
    for (const running of this.root.runnings.values()) running.dispose();
    this.root.parameters.clear();
    this.root.runnings.clear();
  }

  private join(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  private claim(name: string): string {
    const path = this.join(name);
    if (this.root.parameters.has(path) || this.root.runnings.has(path)) {
      throw new SgnnError({
        code: "R140",
        message: `there are two parameters at ${path}`,
        why: "Parameters are saved and loaded by their path.",
        fix: "Give each layer its own child scope.",
      });
    }
    return path;
  }
}
