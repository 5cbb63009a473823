/**
 * A slow, independent reading of a neuron: values with a tape, one unit at a time, no symbolic
 * derivative. Used to check the generated loops.
 */
import type { NeuronIr, Scalar, SurrogateName } from "../../compiler/ir/ir.js";

/** A number that remembers how it was computed. */
export class Value {
  gradient = 0;
  private readonly parents: readonly (readonly [Value, number])[];

  constructor(
    readonly x: number,
    parents: readonly (readonly [Value, number])[] = [],
  ) {
    this.parents = parents;
  }

  /** Adds d this / d leaf * seed to the gradient of everything below. */
  backward(seed: number): void {
    const order: Value[] = [];
    const seen = new Set<Value>();
    const stack: { value: Value; next: number }[] = [{ value: this, next: 0 }];
    seen.add(this);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.value.parents.length) {
        const [parent] = top.value.parents[top.next++];
        if (!seen.has(parent)) {
          seen.add(parent);
          stack.push({ value: parent, next: 0 });
        }
      } else {
        order.push(top.value);
        stack.pop();
      }
    }
    this.gradient += seed;
    for (const value of order.reverse()) {
      for (const [parent, slope] of value.parents) parent.gradient += slope * value.gradient;
    }
  }
}

const leaf = (x: number): Value => new Value(x);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function binary(op: string, a: Value, b: Value): Value {
  switch (op) {
    case "+":
      return new Value(a.x + b.x, [
        [a, 1],
        [b, 1],
      ]);
    case "-":
      return new Value(a.x - b.x, [
        [a, 1],
        [b, -1],
      ]);
    case "*":
      return new Value(a.x * b.x, [
        [a, b.x],
        [b, a.x],
      ]);
    case "/":
      return new Value(a.x / b.x, [
        [a, 1 / b.x],
        [b, -a.x / (b.x * b.x)],
      ]);
    default:
      return new Value(Math.pow(a.x, b.x), [[a, b.x * Math.pow(a.x, b.x - 1)]]);
  }
}

function call(fn: string, args: readonly Value[]): Value {
  const [a, b, c] = args;
  const unary = (y: number, slope: number): Value => new Value(y, [[a, slope]]);
  switch (fn) {
    case "exp":
      return unary(Math.exp(a.x), Math.exp(a.x));
    case "log":
      return unary(Math.log(a.x), 1 / a.x);
    case "sqrt":
      return unary(Math.sqrt(a.x), 0.5 / Math.sqrt(a.x));
    case "abs":
      return unary(Math.abs(a.x), Math.sign(a.x));
    case "tanh":
      return unary(Math.tanh(a.x), 1 - Math.tanh(a.x) ** 2);
    case "sigmoid":
      return unary(sigmoid(a.x), sigmoid(a.x) * (1 - sigmoid(a.x)));
    case "sin":
      return unary(Math.sin(a.x), Math.cos(a.x));
    case "cos":
      return unary(Math.cos(a.x), -Math.sin(a.x));
    case "relu":
      return unary(Math.max(0, a.x), a.x > 0 ? 1 : 0);
    case "softplus":
      return unary(Math.log1p(Math.exp(-Math.abs(a.x))) + Math.max(0, a.x), sigmoid(a.x));
    case "max":
      return a.x >= b.x ? new Value(a.x, [[a, 1]]) : new Value(b.x, [[b, 1]]);
    case "min":
      return a.x <= b.x ? new Value(a.x, [[a, 1]]) : new Value(b.x, [[b, 1]]);
    case "clip":
      if (a.x < b.x) return new Value(b.x, [[b, 1]]);
      return a.x > c.x ? new Value(c.x, [[c, 1]]) : new Value(a.x, [[a, 1]]);
    default:
      throw new Error(fn);
  }
}

function evaluate(scalar: Scalar, scope: ReadonlyMap<string, Value>): Value {
  switch (scalar.tag) {
    case "number":
      return leaf(scalar.value);
    case "name": {
      const value = scope.get(scalar.name);
      if (value === undefined) throw new Error(scalar.name);
      return value;
    }
    case "neg": {
      const a = evaluate(scalar.operand, scope);
      return new Value(-a.x, [[a, -1]]);
    }
    case "binary":
      return binary(scalar.op, evaluate(scalar.left, scope), evaluate(scalar.right, scope));
    case "call":
      return call(
        scalar.fn,
        scalar.args.map((arg) => evaluate(arg, scope)),
      );
  }
}

export function surrogateSlope(name: SurrogateName, p: number, u: number): number {
  const a = Math.abs(u);
  switch (name) {
    case "atan":
      return p / 2 / (1 + ((Math.PI / 2) * p * u) ** 2);
    case "sigmoid":
      return p * sigmoid(p * u) * (1 - sigmoid(p * u));
    case "fast_sigmoid":
    case "super":
      return 1 / (1 + p * a) ** 2;
    case "triangle":
      return Math.max(0, 1 - a / p) / p;
    case "piecewise":
      return a < p / 2 ? 1 / p : 0;
    case "straight_through":
      return a <= p ? 1 : 0;
    case "custom":
      throw new Error("custom is evaluated");
  }
}

export interface ReferenceInput {
  readonly steps: number;
  readonly units: number;
  readonly channels: number;
  /** [input][t][unit]; a held input has one slice. */
  readonly inputs: readonly (readonly (readonly number[])[])[];
  /** [param][channel], one number when shared. */
  readonly params: readonly (readonly number[])[];
  readonly outputGradient: readonly (readonly number[])[];
  readonly spikesGradient: number;
}
export interface ReferenceOutput {
  readonly output: number[][];
  readonly spikes: number[][];
  readonly inputGradients: number[][][];
  readonly paramGradients: number[][];
  /** Smallest distance of a margin from 0: below it rounding decides about spikes. */
  readonly nearest: number;
}

/** States are rounded to 32 bits between steps, as the trace does. */
export function reference(neuron: NeuronIr, given: ReferenceInput): ReferenceOutput {
  const { steps, units, channels } = given;
  const inputs = given.inputs.map((slices) => slices.map((slice) => slice.map(leaf)));
  const params = given.params.map((values) => values.map(leaf));
  const output: number[][] = [];
  const spikes: number[][] = [];
  let nearest = Infinity;
  let loss: Value = leaf(0);
  for (let t = 0; t < steps; t++) {
    output.push(new Array<number>(units).fill(0));
    spikes.push(new Array<number>(units).fill(0));
  }
  for (let unit = 0; unit < units; unit++) {
    const scope = new Map<string, Value>();
    neuron.params.forEach((param, p) => {
      scope.set(param.name, params[p][param.per === "shared" ? 0 : unit % channels]);
    });
    const initial = neuron.states.map((state) => evaluate(state.initial, scope));
    neuron.states.forEach((state, k) => scope.set(state.name, round(initial[k])));
    for (let t = 0; t < steps; t++) {
      neuron.inputs.forEach((input, k) => {
        scope.set(input, inputs[k][inputs[k].length === 1 ? 0 : t][unit]);
      });
      for (const update of neuron.updates) {
        const value = evaluate(update.value, scope);
        scope.set(update.state, update.detached ? leaf(value.x) : value);
      }
      const { spike } = neuron;
      let y: Value;
      if (spike === undefined) {
        y = evaluate(neuron.emit.above, scope);
      } else {
        const fires = (u: number): boolean => (spike.inclusive ? u >= 0 : u > 0);
        const side = (margin: Scalar, silent: boolean): Value => {
          const u = evaluate(margin, scope);
          nearest = Math.min(nearest, Math.abs(u.x));
          const { surrogate } = spike;
          const slope =
            surrogate.derivative !== undefined
              ? evaluate(surrogate.derivative, new Map(scope).set(surrogate.variable ?? "", u)).x
              : surrogateSlope(surrogate.name, surrogate.args[0], u.x);
          return new Value(!silent && fires(u.x) ? 1 : 0, [[u, slope]]);
        };
        const above = side(spike.margin, false);
        const below = spike.below === undefined ? leaf(0) : side(spike.below, above.x === 1);
        const fired = binary("+", above, below);
        y = binary("*", above, evaluate(neuron.emit.above, scope));
        if (spike.below !== undefined) {
          const other = evaluate(neuron.emit.below ?? neuron.emit.above, scope);
          y = binary("+", y, binary("*", below, other));
        }
        for (const reset of neuron.resets) {
          const before = scope.get(reset.state) ?? leaf(0);
          const s = reset.detached ? leaf(fired.x) : fired;
          const after = evaluate(reset.value, scope);
          const kept = binary("*", binary("-", leaf(1), s), before);
          scope.set(reset.state, binary("+", binary("*", s, after), kept));
        }
        spikes[t][unit] = above.x - below.x;
        const reported = binary("*", fired, leaf(given.spikesGradient));
        loss = binary("+", loss, reported);
      }
      output[t][unit] = y.x;
      loss = binary("+", loss, binary("*", y, leaf(given.outputGradient[t][unit])));
      for (const state of neuron.states) {
        scope.set(state.name, round(scope.get(state.name) ?? leaf(0)));
      }
    }
  }
  loss.backward(1);
  return {
    output,
    spikes,
    inputGradients: inputs.map((slices) => slices.map((slice) => slice.map((v) => v.gradient))),
    paramGradients: params.map((values) => values.map((v) => v.gradient)),
    nearest,
  };
}

function round(value: Value): Value {
  return new Value(Math.fround(value.x), [[value, 1]]);
}
