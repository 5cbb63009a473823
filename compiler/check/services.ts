/** What the checking of one body needs from the elaborator, and the data they exchange. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { FunctionIr, LayerIr, NeuronIr } from "../ir/ir.js";
import type { Kind } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import type { Place } from "./scope.js";
import type { Callable, GenericRole, Signature } from "./signature.js";

/** A generic argument that was given before the callable was called: `A: LIF<beta: 0.95>`. */
export interface BoundGeneric {
  readonly name: string | undefined;
  readonly value: number | CallableRef;
  readonly place: Place;
}

/** What an upper-case generic stands for, or what a callee's name means. */
export type CallableRef = {
  readonly name: string;
  readonly bound: readonly BoundGeneric[];
  /** Equal keys mean the same thing: used to elaborate each layer once per substitution. */
  readonly key: string;
} & (
  | { readonly tag: "primitive" }
  | { readonly tag: "declared"; readonly found: Found }
  /** A generic without default, while its own declaration is checked: nothing is known about it. */
  | { readonly tag: "opaque" }
);

export interface InstanceRequest {
  readonly found: Found;
  readonly signature: Signature;
  readonly callables: ReadonlyMap<string, CallableRef>;
  /** Precise kinds of the tensor arguments; undefined for graphs. */
  readonly kinds: readonly (Kind | undefined)[];
  /**
   * How it is called: outside of every time block, or inside one with arguments that have one slice
   * per step ("timed") or that are the same at every step ("untimed"); "snapshots" with a graph of its own at
   * every step, and everything else timed.
   */
  readonly time: "outside" | "timed" | "untimed" | "snapshots";
}

/** One elaborated layer or function. */
export interface Instance {
  readonly ir: LayerIr | FunctionIr;
  readonly kinds: readonly (Kind | undefined)[];
  /** The name of its implicit number of steps, when it holds neurons and is called inside a block. */
  readonly steps: string | undefined;
  /** Weights of its own or of a member. */
  readonly isParametric: boolean;
  /** A neuron in it that runs a single step. */
  readonly oneStep: NeuronIr | undefined;
}

/** Either an instance, or why there is none; no diagnostics means: already reported, or recursion. */
export type InstanceResult =
  | { readonly instance: Instance; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly instance: undefined;
      readonly diagnostics: readonly Diagnostic[];
      readonly recursion: readonly string[] | undefined;
    };

export interface Services {
  readonly environment: Environment;
  signature(found: Found, declaration: Callable): Signature | undefined;
  roles(found: Found, declaration: Callable): ReadonlyMap<string, GenericRole>;
  instance(request: InstanceRequest): InstanceResult;
  neuron(found: Found): NeuronIr | undefined;
}
