/**
 * Pass on an inference plan: products of signs with signs become products of bits, and what follows such a product up
 * to the next sign becomes part of it, so that only bits pass from layer to layer.
 *
 *   bitProduct  x w                                        -> whole numbers, or bits after a chain that ends in a sign
 *   bitPool     max, sum or mean of x w over each cloud    -> the same
 *   bitEdges    max over the neighbours of what follows [-x_j x_i, x_i] w
 *   nearExtreme max over the neighbours of what follows a_i + b_j, for the real numbers of a first layer
 *   nearLargest max over the neighbours of b_j
 *
 * A chain is taken in only when it rises or falls with the product in every channel (monotone.ts). Values are packed
 * where a product reads them; steps that nobody reads any more are left to `withoutUnused`.
 */
import { isMonotone } from "./monotone.js";
import type { Access, FoldedChain, InferencePlan, PlanStep, PlanValue, Pointwise } from "./plan.js";

export function packSigns(plan: InferencePlan): InferencePlan {
  return new Packing(plan).run();
}

/** A chain on one value that changes; the other operands are constants. */
interface Chain {
  readonly expression: Pointwise;
  readonly access: readonly Access[];
  readonly constants: readonly number[];
}

/** What is reduced over the neighbours. */
interface Extreme {
  readonly tag: "xor" | "sum";
  /** Of `xor` the signs and the neighbours; of `sum` a, b and the neighbours. */
  readonly args: readonly number[];
  /** Of `xor` the weight. */
  readonly weight?: number;
  readonly inner?: Chain;
  readonly count: number;
  readonly graph: number;
}

interface SignProduct {
  readonly x: number;
  readonly weight: number;
}

const POOLED = ["max", "mean", "sum"];

class Packing {
  private readonly values: PlanValue[];
  private readonly steps: PlanStep[] = [];
  private readonly producers: ReadonlyMap<number, PlanStep>;
  private readonly constants = new Set<number>();
  private readonly readers = new Map<number, readonly PlanStep[]>();
  private readonly packed = new Map<number, number>();
  private readonly extremes = new Map<number, Extreme>();

  constructor(private readonly plan: InferencePlan) {
    this.values = [...plan.values];
    this.producers = new Map(plan.steps.map((step) => [step.result, step]));
    plan.values.forEach(({ source }, k) => {
      if (source?.tag === "weight" || source?.tag === "number") this.constants.add(k);
    });
    for (const step of plan.steps) {
      const { op, args, result } = step;
      if (args.every((arg) => this.constants.has(arg)) && (args.length > 0 || op === "pointwise")) {
        this.constants.add(result);
      }
      for (const arg of args) this.readers.set(arg, [...(this.readers.get(arg) ?? []), step]);
    }
  }

  run(): InferencePlan {
    for (const step of this.plan.steps) this.rewrite(step);
    return { ...this.plan, values: this.values, steps: this.steps };
  }

  private rewrite(step: PlanStep): void {
    if (!this.isFlat(step.result)) {
      this.steps.push(step);
      return;
    }
    switch (step.op) {
      case "knn":
        this.steps.push(this.isSign(step.args[0]) ? this.onBits(step) : step);
        return;
      case "matMul":
        this.product(step);
        return;
      case "pool":
        this.pool(step);
        return;
      case "nearAggregate":
        this.extreme(step);
        return;
      case "pointwise":
        this.signed(step);
        return;
      default:
        this.steps.push(step);
    }
  }

  private onBits(step: PlanStep): PlanStep {
    const [x] = step.args;
    return step.metric === "hamming" ? { ...step, args: [this.bits(x, step)] } : step;
  }

  /* ------------------------------------------------------------ steps */

  private product(step: PlanStep): void {
    const found = this.signProduct(step.result);
    if (found === undefined) this.steps.push(step);
    else {
      const args = [this.bits(found.x, step), this.weight(found.weight, 1)];
      this.steps.push({ op: "bitProduct", args, result: step.result, place: step.place });
    }
  }

  private pool(step: PlanStep): void {
    const found = this.pooled(step);
    if (found === undefined) this.steps.push(step);
    else {
      const { result, graph, reduce, place } = step;
      const args = [this.bits(found.x, step), this.weight(found.weight, 1)];
      this.steps.push({ op: "bitPool", args, result, graph, reduce, place });
    }
  }

  private extreme(step: PlanStep): void {
    const found = this.extremeOf(step);
    const { args, reduce, result, place, count } = step;
    const moved = this.producers.get(args[0]);
    if (found === undefined && reduce?.join() === "max" && moved?.op === "nearSource") {
      this.steps.push({ op: "nearLargest", args: moved.args, result, count, place });
    } else if (found === undefined) this.steps.push(step);
    else {
      this.extremes.set(step.result, found);
      this.steps.push(this.reduced(found, step.result, step));
    }
  }

  /** A chain that ends in a sign: taken into the product that it follows. */
  private signed(step: PlanStep): void {
    const made = this.withSign(step);
    if (made === undefined) {
      this.steps.push(step);
      return;
    }
    const bits = this.add({ ...this.values[step.result], packed: true });
    this.packed.set(step.result, bits);
    this.steps.push(made(bits));
    // For whoever reads the signs as numbers.
    const { result, place } = step;
    this.steps.push({ op: "unpackSigns", args: [bits], result, place });
  }

  private withSign(step: PlanStep): ((bits: number) => PlanStep) | undefined {
    const { pointwise, place } = step;
    if (pointwise?.expression.tag !== "op" || pointwise.expression.op !== "sign") return undefined;
    const traced = this.trace(step.result, (value) => this.isFoldable(value));
    if (traced?.chain === undefined) return undefined;
    const { from, chain } = traced;
    const extreme = this.extremes.get(from);
    if (extreme !== undefined) return (bits) => this.reduced(extreme, bits, step, chain);
    const product = this.signProduct(from);
    const producer = this.producers.get(from);
    const pooled = producer === undefined ? undefined : this.pooled(producer);
    const found = product ?? pooled;
    if (found === undefined) return undefined;
    return (bits) => {
      const operands = [this.bits(found.x, step), this.weight(found.weight, 1)];
      const outer = folded(chain, operands.length);
      const all = [...operands, ...chain.constants];
      if (product !== undefined) {
        return { op: "bitProduct", args: all, result: bits, fold: { outer }, place };
      }
      const { graph, reduce } = producer ?? {};
      return { op: "bitPool", args: all, result: bits, graph, reduce, fold: { outer }, place };
    };
  }

  /** The step that reduces over the neighbours, with what comes before and after the maximum. */
  private reduced(found: Extreme, result: number, step: PlanStep, outer?: Chain): PlanStep {
    const { tag, args, weight, inner, count, graph } = found;
    const operands =
      tag === "sum" || weight === undefined
        ? args
        : [this.bits(args[0], step), args[1], this.weight(weight, 2)];
    const first = operands.length;
    return {
      op: tag === "sum" ? "nearExtreme" : "bitEdges",
      args: [...operands, ...(inner?.constants ?? []), ...(outer?.constants ?? [])],
      result,
      graph,
      count,
      fold: {
        inner: inner && folded(inner, first),
        outer: outer && folded(outer, first + (inner?.constants.length ?? 0)),
      },
      place: step.place,
    };
  }

  /* ------------------------------------------------------------ patterns */

  /** A product of signs with a weight of signs. */
  private signProduct(value: number): SignProduct | undefined {
    const step = this.producers.get(value);
    if (step?.op !== "matMul" || !this.isFlat(value)) return undefined;
    const [x, weight] = step.args;
    return this.isSign(x) && this.pathOf(weight) !== undefined ? { x, weight } : undefined;
  }

  private pooled({ op, args, reduce }: PlanStep): SignProduct | undefined {
    if (op !== "pool" || reduce?.every((name) => POOLED.includes(name)) !== true) return undefined;
    return this.signProduct(args[0]);
  }

  private extremeOf({ args, reduce, count, graph }: PlanStep): Extreme | undefined {
    if (reduce?.join() !== "max" || count === undefined || graph === undefined) return undefined;
    const bottom = (value: number): Omit<Extreme, "count" | "graph"> | undefined =>
      this.xorProduct(value) ?? this.sumOfEnds(value);
    const traced = this.trace(args[0], (value) => bottom(value) !== undefined);
    const found = traced === undefined ? undefined : bottom(traced.from);
    if (traced === undefined || found === undefined) return undefined;
    return { ...found, inner: after(found.inner, traced.chain), count, graph };
  }

  /** [-x_j x_i, x_i] w. */
  private xorProduct(value: number): Pick<Extreme, "tag" | "args" | "weight"> | undefined {
    const step = this.producers.get(value);
    if (step?.op !== "matMul" || this.pathOf(step.args[1]) === undefined) return undefined;
    const joined = this.producers.get(step.args[0]);
    if (joined?.op !== "concat" || joined.args.length !== 2) return undefined;
    const own = this.producers.get(joined.args[1]);
    const both = this.producers.get(joined.args[0]);
    if (own?.op !== "nearTarget" || both?.pointwise === undefined) return undefined;
    const [x] = own.args;
    const { expression, access } = both.pointwise;
    const isProduct =
      expression.tag === "op" &&
      expression.op === "mul" &&
      expression.args.every(({ tag }) => tag === "operand") &&
      both.args.length === 2 &&
      access.every((how) => how === "element");
    if (!isProduct || !this.isSign(x) || !both.args.includes(joined.args[1])) return undefined;
    const other = this.producers.get(both.args.find((arg) => arg !== joined.args[1]) ?? -1);
    if (other?.op !== "nearSource" || other.graph !== own.graph) return undefined;
    const [turned, near] = other.args;
    const negated = this.producers.get(turned);
    const isNegated =
      negated?.pointwise?.expression.tag === "op" &&
      negated.pointwise.expression.op === "neg" &&
      negated.pointwise.expression.args[0].tag === "operand" &&
      negated.args[0] === x;
    return isNegated ? { tag: "xor", args: [x, near], weight: step.args[1] } : undefined;
  }

  /** What follows a_i + b_j. */
  private sumOfEnds(value: number): Pick<Extreme, "tag" | "args" | "inner"> | undefined {
    const step = this.producers.get(value);
    if (step?.pointwise === undefined) return undefined;
    const { args, pointwise } = step;
    const changing = args.flatMap((arg, k) => (this.constants.has(arg) ? [] : [k]));
    const ends = changing.map((k) => this.producers.get(args[k]));
    const target = ends.findIndex((end) => end?.op === "nearTarget");
    const source = ends.findIndex((end) => end?.op === "nearSource");
    if (changing.length !== 2 || target < 0 || source < 0) return undefined;
    const [a] = ends[target]?.args ?? [];
    const [b, near] = ends[source]?.args ?? [];
    if (!this.isFlat(a) || !this.isFlat(b)) return undefined;
    // The sum takes the place of the operand of the target end.
    const [i, j] = [changing[target], changing[source]];
    const expression = withSum(pointwise.expression, i, j);
    if (expression === undefined) return undefined;
    if (pointwise.access[i] !== "element" || pointwise.access[j] !== "element") return undefined;
    const summed = { ...step, pointwise: { ...pointwise, expression } };
    const inner = this.chainOn(summed, args[i], [args[j]]);
    if (inner === undefined) return undefined;
    const isPlain = inner.expression.tag === "operand";
    return { tag: "sum", args: [a, b, near], inner: isPlain ? undefined : inner };
  }

  /** Whether a sign can be taken into what computes a value: nobody but its own chain reads the value. */
  private isFoldable(value: number): boolean {
    if (!this.isInner(value)) return false;
    if (this.extremes.has(value) || this.signProduct(value) !== undefined) return true;
    const producer = this.producers.get(value);
    return producer !== undefined && this.pooled(producer) !== undefined;
  }

  private isInner(value: number): boolean {
    return (this.readers.get(value) ?? []).every(({ op }) => op === "pointwise");
  }

  /** The chain that leads to a value from one that `isBottom` accepts; no chain when it is that value itself. */
  private trace(
    value: number,
    isBottom: (value: number) => boolean,
  ): { readonly from: number; readonly chain?: Chain } | undefined {
    if (isBottom(value)) return { from: value };
    const step = this.producers.get(value);
    const changing = (step?.args ?? []).filter((arg) => !this.constants.has(arg));
    if (step?.pointwise === undefined || changing.length !== 1) return undefined;
    if (!this.isInner(changing[0])) return undefined;
    const chain = this.chainOn(step, changing[0]);
    const before = chain === undefined ? undefined : this.trace(changing[0], isBottom);
    return before && { from: before.from, chain: after(before.chain, chain) };
  }

  /** The chain of a step as one on `from`, when everything else is constant and it rises or falls with it. */
  private chainOn(
    { args, pointwise }: PlanStep,
    from: number,
    without: readonly number[] = [],
  ): Chain | undefined {
    if (pointwise === undefined) return undefined;
    const numbers = new Map<number, number>();
    const constants: number[] = [];
    const access: Access[] = ["element"];
    for (const [k, arg] of args.entries()) {
      if (without.includes(arg)) continue;
      const how = pointwise.access[k];
      if (arg === from) {
        if (how !== "element" || numbers.has(k)) return undefined;
        numbers.set(k, 0);
        continue;
      }
      if (!this.constants.has(arg) || (how !== "column" && how !== "scalar")) return undefined;
      numbers.set(k, constants.push(arg));
      access.push(how);
    }
    const expression = renumbered(pointwise.expression, numbers);
    const ranges = [undefined, ...constants.map((value) => this.rangeOf(value))];
    return isMonotone(expression, ranges) ? { expression, access, constants } : undefined;
  }

  /* ------------------------------------------------------------ values */

  private add(value: PlanValue): number {
    return this.values.push(value) - 1;
  }

  /** Rows of numbers of known width, without time. */
  private isFlat(value: number): boolean {
    const { dims, steps } = this.values[value];
    return dims.length === 2 && steps === 1 && typeof dims[1] === "number";
  }

  private isSign(value: number): boolean {
    return this.values[value].kind === "sign" && this.isFlat(value);
  }

  private rangeOf(value: number): InferencePlan["weights"][number]["range"] {
    const { source } = this.values[value];
    if (source?.tag !== "weight") return undefined;
    return this.plan.weights.find(({ path }) => path === source.path)?.range;
  }

  /** The path of a weight of kind `sign`. */
  private pathOf(value: number): string | undefined {
    const step = this.producers.get(value);
    if (step?.pointwise?.expression.tag !== "op") return undefined;
    const { op, args } = step.pointwise.expression;
    if (op !== "sign" || args[0].tag !== "operand" || !this.isFlat(value)) return undefined;
    const { source } = this.values[step.args[0]];
    return source?.tag === "weight" ? source.path : undefined;
  }

  /** A weight as rows of bits; every step has its own, which it may turn around. */
  private weight(value: number, parts: number): number {
    const path = this.pathOf(value);
    const [inputs, outputs] = this.values[value].dims.map(Number);
    if (path === undefined) throw new Error("a weight of bits that is not of kind sign");
    const dims = [parts * outputs, inputs / parts];
    const source = { tag: "bits", path, parts } as const;
    return this.add({ kind: "sign", dims, steps: 1, source, packed: true });
  }

  /** The packed form of signs. */
  private bits(value: number, { place }: PlanStep): number {
    const known = this.packed.get(value);
    if (known !== undefined) return known;
    const producer = this.producers.get(value);
    const isJoined = producer?.op === "concat" && producer.args.every((arg) => this.isSign(arg));
    const args = isJoined ? producer.args.map((arg) => this.bits(arg, producer)) : [value];
    const result = this.add({ ...withoutSource(this.values[value]), packed: true });
    this.steps.push({ op: isJoined ? "concatBits" : "packSigns", args, result, place });
    this.packed.set(value, result);
    return result;
  }
}

function withoutSource({ kind, dims, steps }: PlanValue): PlanValue {
  return { kind, dims, steps };
}

/** Both chains as one; each rises or falls with its operand, so the whole does. */
function after(first: Chain | undefined, second: Chain | undefined): Chain | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const own = first.constants.length;
  const numbers = new Map(second.constants.map((_, k) => [k + 1, own + k + 1]));
  const moved = renumbered(second.expression, numbers);
  return {
    expression: withOperand(moved, first.expression),
    access: [...first.access, ...second.access.slice(1)],
    constants: [...first.constants, ...second.constants],
  };
}

/** The expression with another in place of operand 0. */
function withOperand(expression: Pointwise, operand: Pointwise): Pointwise {
  if (expression.tag === "number") return expression;
  if (expression.tag === "operand") return expression.index === 0 ? operand : expression;
  return { ...expression, args: expression.args.map((arg) => withOperand(arg, operand)) };
}

function folded({ expression, access, constants }: Chain, first: number): FoldedChain {
  return { expression, access, first, constants: constants.length };
}

function renumbered(expression: Pointwise, numbers: ReadonlyMap<number, number>): Pointwise {
  if (expression.tag === "number") return expression;
  if (expression.tag === "operand") {
    return { tag: "operand", index: numbers.get(expression.index) ?? expression.index };
  }
  return { ...expression, args: expression.args.map((arg) => renumbered(arg, numbers)) };
}

/** The expression with `i + j` as operand i; undefined when the two are used in any other way. */
function withSum(expression: Pointwise, i: number, j: number): Pointwise | undefined {
  let sums = 0;
  let others = 0;
  const replaced = (one: Pointwise): Pointwise => {
    if (one.tag === "number") return one;
    if (one.tag === "operand") {
      if (one.index === i || one.index === j) others++;
      return one;
    }
    const [a, b] = one.args;
    const isSum =
      one.op === "add" &&
      a.tag === "operand" &&
      b.tag === "operand" &&
      [a.index, b.index].sort().join() === [i, j].sort().join();
    if (isSum) {
      sums++;
      return { tag: "operand", index: i };
    }
    return { ...one, args: one.args.map(replaced) };
  };
  const whole = replaced(expression);
  return sums > 0 && others === 0 ? whole : undefined;
}
