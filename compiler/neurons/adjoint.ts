/**
 * Reverse mode through one step: the lines that recompute the step and then carry the gradient from
 * its last line to its first.
 *
 * Every value of the step has one adjoint, the sum of what the lines that read it contribute; since
 * the step is in single-assignment form, each adjoint is complete when the walk reaches its line.
 */
import { partials } from "./differentiate.js";
import { ZERO, add, choose, flag, isNumber, mul, name, sub, sumOf } from "./formula.js";
import type { Condition, Formula } from "./formula.js";
import type { Line } from "./lines.js";
import { capitalised } from "./names.js";
import type { SpikeSide, Step } from "./step.js";
import { surrogateAt } from "./surrogate.js";

/** What the loop around the step provides: array elements to read, places to store to. */
export interface AdjointPlaces {
  readonly outputGradient: Formula;
  readonly spikesGradient: Formula;
  /** State -> gradient of its value after the step; also where that before the step is stored. */
  readonly stateGradient: ReadonlyMap<string, string>;
  readonly inputGradient: ReadonlyMap<string, string>;
  /** Only learned parameters. */
  readonly paramGradient: ReadonlyMap<string, string>;
  readonly note: (what: string, line: number) => string;
}

/** The lines of the backward loop after those that recompute the step. */
export function adjointLines(step: Step, places: AdjointPlaces): readonly Line[] {
  return new Walk(step, places).lines();
}

class Walk {
  private readonly contributions = new Map<string, Formula[]>();
  private readonly output: Line[] = [];
  private readonly fired: Condition;

  constructor(
    private readonly step: Step,
    private readonly places: AdjointPlaces,
  ) {
    this.fired = flag(step.spike?.fired ?? "");
  }

  lines(): readonly Line[] {
    for (const [state, local] of this.step.after) {
      const place = this.places.stateGradient.get(state);
      if (place !== undefined) this.contribute(local, { tag: "read", text: place });
    }
    // Resets come before emit here: emit reads the states before the reset, so in the walk from the
    // last value to the first their order does not matter, and the flags collect from both.
    for (const reset of [...this.step.resets].reverse()) this.throughReset(reset);
    this.throughEmit();
    this.throughSpike();
    for (const update of [...this.step.updates].reverse()) this.throughUpdate(update);
    this.store();
    return this.output;
  }

  private throughReset(reset: Step["resets"][number]): void {
    const what = `reset ${reset.state}`;
    const incoming = this.adjointOf(reset.target, this.places.note(what, reset.line));
    if (incoming === undefined) return;
    const through = partials(reset.value, this.variables());
    const own = through.find(({ variable }) => variable === reset.previous);
    const spiking = own === undefined ? ZERO : mul(incoming, own.derivative);
    this.contribute(reset.previous, choose(this.fired, spiking, incoming));
    for (const { variable, derivative } of through) {
      if (variable === reset.previous) continue;
      this.contribute(variable, choose(this.fired, mul(incoming, derivative), ZERO));
    }
    if (reset.detached) return;
    const jump = mul(incoming, sub(reset.value, name(reset.previous)));
    for (const side of this.sides()) this.contribute(side.flag, jump);
  }

  private throughEmit(): void {
    const { emit, spike } = this.step;
    const incoming = this.places.outputGradient;
    const passes = (formula: Formula): ReadonlyMap<string, Formula> =>
      new Map(
        partials(formula, this.variables()).map((p) => [p.variable, mul(incoming, p.derivative)]),
      );
    const above = passes(emit.above);
    if (spike === undefined) {
      for (const [variable, gradient] of above) this.contribute(variable, gradient);
      return;
    }
    const below = emit.below === undefined ? new Map<string, Formula>() : passes(emit.below);
    for (const variable of new Set([...above.keys(), ...below.keys()])) {
      const otherwise =
        spike.below === undefined
          ? ZERO
          : choose(flag(spike.below.flag), below.get(variable) ?? ZERO, ZERO);
      this.contribute(
        variable,
        choose(flag(spike.above.flag), above.get(variable) ?? ZERO, otherwise),
      );
    }
    this.contribute(spike.above.flag, mul(incoming, emit.above));
    if (spike.below !== undefined && emit.below !== undefined) {
      this.contribute(spike.below.flag, mul(incoming, emit.below));
    }
  }

  private throughSpike(): void {
    const { spike, neuron, names } = this.step;
    if (spike === undefined || neuron.spike === undefined) return;
    const note = this.places.note("spike", spike.line);
    for (const side of this.sides()) {
      this.contribute(side.flag, this.places.spikesGradient);
      const total = sumOf(this.contributions.get(side.flag) ?? []);
      const suffix = side.flag.slice("fired".length);
      const dSpike = names.fresh(`dSpike${suffix}`);
      this.output.push({ tag: "const", name: dSpike, value: total, note });
      const surrogate = surrogateAt(neuron.spike.surrogate, name(side.margin), (wanted) =>
        names.fresh(wanted),
      );
      for (const { name: helper, value } of surrogate.before) {
        this.output.push({ tag: "const", name: helper, value });
      }
      const dMargin = names.fresh(`dMargin${suffix}`);
      const value = mul(name(dSpike), surrogate.value);
      this.output.push({ tag: "const", name: dMargin, value });
      for (const { variable, derivative } of partials(side.value, this.variables())) {
        this.contribute(variable, mul(name(dMargin), derivative));
      }
    }
  }

  private throughUpdate(update: Step["updates"][number]): void {
    const what = `update ${update.state}`;
    const incoming = this.adjointOf(update.target, this.places.note(what, update.line));
    if (incoming === undefined || update.detached) return;
    for (const { variable, derivative } of partials(update.value, this.variables())) {
      this.contribute(variable, mul(incoming, derivative));
    }
  }

  /** Adds the finished gradients of inputs and parameters, and replaces those of the states. */
  private store(): void {
    const { step, places } = this;
    for (const [input, local] of step.inputs) {
      this.accumulate(places.inputGradient.get(input), local);
    }
    for (const [param, local] of step.params) {
      this.accumulate(places.paramGradient.get(param), local);
    }
    // All are computed before the first is stored: one may read another's gradient after the step.
    const pending: Line[] = [];
    const changed = [...step.before].map(([state, local]) => ({
      local,
      to: places.stateGradient.get(state),
      value: sumOf(this.contributions.get(local) ?? []),
    }));
    for (const { local, to, value } of changed) {
      if (to === undefined || (value.tag === "read" && value.text === to)) continue;
      let stored = value;
      if (changed.length > 1 && value.tag !== "number") {
        const held = this.step.names.fresh(`d${capitalised(local)}`);
        this.output.push({ tag: "const", name: held, value });
        stored = name(held);
      }
      pending.push({ tag: "store", to, op: "=", value: stored });
    }
    this.output.push(...pending);
  }

  private accumulate(to: string | undefined, local: string): void {
    const value = sumOf(this.contributions.get(local) ?? []);
    if (to === undefined || isNumber(value, 0)) return;
    this.output.push({ tag: "store", to, op: "+=", value });
  }

  /** The complete adjoint of a value as a name, defined by a line here; undefined when it is 0. */
  private adjointOf(local: string, note: string): Formula | undefined {
    const value = sumOf(this.contributions.get(local) ?? []);
    if (isNumber(value, 0)) return undefined;
    const held = this.step.names.fresh(`d${capitalised(local)}`);
    this.output.push({ tag: "const", name: held, value, note });
    return name(held);
  }

  private contribute(local: string, gradient: Formula): void {
    if (isNumber(gradient, 0)) return;
    const known = this.contributions.get(local);
    if (known === undefined) this.contributions.set(local, [gradient]);
    else known.push(gradient);
  }

  private sides(): readonly SpikeSide[] {
    const { spike } = this.step;
    if (spike === undefined) return [];
    return spike.below === undefined ? [spike.above] : [spike.above, spike.below];
  }

  /** Everything a formula of the step can read and that has a gradient. */
  private variables(): readonly string[] {
    const { step } = this;
    const all = [
      ...step.inputs.values(),
      ...step.params.values(),
      ...step.before.values(),
      ...step.updates.map((update) => update.target),
      ...step.resets.map((reset) => reset.target),
    ];
    return [...new Set(all)];
  }
}

/** The gradient that a state's initial value sends to learned parameters. */
export function initialLines(
  step: Step,
  stateGradient: ReadonlyMap<string, string>,
  paramGradient: ReadonlyMap<string, string>,
  initial: ReadonlyMap<string, Formula>,
): readonly Line[] {
  const lines: Line[] = [];
  for (const [param, local] of step.params) {
    const to = paramGradient.get(param);
    if (to === undefined) continue;
    let value: Formula = ZERO;
    for (const [state, formula] of initial) {
      const place = stateGradient.get(state);
      const [partial] = partials(formula, [local]);
      if (place === undefined || partial === undefined) continue;
      value = add(value, mul({ tag: "read", text: place }, partial.derivative));
    }
    if (!isNumber(value, 0)) lines.push({ tag: "store", to, op: "+=", value });
  }
  return lines;
}
