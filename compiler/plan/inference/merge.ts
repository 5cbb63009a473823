/**
 * Passes on an inference plan: an element-wise step whose result only one other element-wise step reads,
 * element by element, becomes part of that step, so that a chain passes over memory once; and values that
 * nobody reads any more disappear.
 */
import type { Access, InferencePlan, PlanStep, PlanValue, Pointwise } from "./plan.js";

export function mergeChains(plan: InferencePlan): InferencePlan {
  const readers = new Map<number, number>();
  const root = (value: number): number => plan.values[value].of ?? value;
  for (const step of plan.steps) {
    for (const arg of new Set(step.args.map(root))) readers.set(arg, (readers.get(arg) ?? 0) + 1);
  }
  readers.set(root(plan.result), 2);
  const chains = new Map<number, PlanStep>();
  const steps: PlanStep[] = [];
  for (const step of plan.steps) {
    const merged = step.pointwise === undefined ? step : absorb(step, chains, plan.values);
    steps.push(merged);
    if (merged.pointwise !== undefined && readers.get(merged.result) === 1) {
      chains.set(merged.result, merged);
    }
  }
  return { ...plan, steps };
}

/** The step with the chains that it reads element by element put in their place. */
function absorb(
  step: PlanStep,
  chains: ReadonlyMap<number, PlanStep>,
  values: readonly PlanValue[],
): PlanStep {
  const { pointwise } = step;
  if (pointwise === undefined) return step;
  const args: number[] = [];
  const access: Access[] = [];
  const operand = (arg: number, how: Access): Pointwise => {
    const known = args.findIndex(
      (one, k) => one === arg && JSON.stringify(access[k]) === JSON.stringify(how),
    );
    if (known >= 0) return { tag: "operand", index: known };
    access.push(how);
    return { tag: "operand", index: args.push(arg) - 1 };
  };
  const parts = step.args.map((arg, k): Pointwise => {
    const how = pointwise.access[k];
    const chain = chains.get(arg);
    const width = (value: number): unknown => values[value].dims.at(-1);
    if (chain?.pointwise === undefined || how !== "element" || width(arg) !== width(step.result)) {
      return operand(arg, how);
    }
    const inner = chain.pointwise;
    const own = chain.args.map((one, n) => operand(one, inner.access[n]));
    return substituted(inner.expression, own);
  });
  const expression = substituted(pointwise.expression, parts);
  return { ...step, args, pointwise: { expression, access } };
}

function substituted(expression: Pointwise, parts: readonly Pointwise[]): Pointwise {
  if (expression.tag === "operand") return parts[expression.index];
  if (expression.tag === "number") return expression;
  return { ...expression, args: expression.args.map((arg) => substituted(arg, parts)) };
}

/** Steps and values that lead to the result, the values numbered anew. */
export function withoutUnused(plan: InferencePlan): InferencePlan {
  const used = new Set<number>();
  const use = (value: number): void => {
    used.add(value);
    const { of } = plan.values[value];
    if (of !== undefined) used.add(of);
  };
  use(plan.result);
  const kept = [...plan.steps].reverse().filter((step) => {
    if (!used.has(step.result)) return false;
    step.args.forEach(use);
    step.neuron?.parameters.forEach(({ value }) => use(value));
    return true;
  });
  const order = plan.values.map((_, k) => k).filter((k) => used.has(k));
  const number = new Map(order.map((old, k) => [old, k]));
  const renamed = (old: number): number => number.get(old) ?? old;
  return {
    ...plan,
    result: renamed(plan.result),
    values: order.map((old) => {
      const value = plan.values[old];
      return value.of === undefined ? value : { ...value, of: renamed(value.of) };
    }),
    steps: kept.reverse().map((step) => ({
      ...step,
      args: step.args.map(renamed),
      result: renamed(step.result),
      neuron: step.neuron && {
        ...step.neuron,
        parameters: step.neuron.parameters.map((one) => ({ ...one, value: renamed(one.value) })),
      },
    })),
  };
}
