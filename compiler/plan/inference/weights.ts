/** All weights of a model with their full paths, as the generated classes register them. */
import type { LayerIr, MemberIr, ModelIr, ParamIr } from "../../ir/ir.js";
import type { PlanWeight } from "./plan.js";
import { dimOf, type Numbers } from "./shapes.js";

/**
 * Parameters of a layer or model first, then those of its members in order.
 * @param numbersIn what a member's sizes and constants are, given those of its owner
 * @returns undefined when a shape depends on the inputs
 */
export function weightsOf(
  owner: LayerIr | ModelIr,
  path: string,
  numbers: Numbers,
  numbersIn: (member: MemberIr, outer: Numbers) => Numbers,
): readonly PlanWeight[] | undefined {
  const weights: PlanWeight[] = [];
  for (const param of owner.params) {
    const weight = weightOf(param, joined(path, param.name), numbers);
    if (weight === undefined) return undefined;
    weights.push(weight);
  }
  for (const member of owner.members) {
    const at = joined(path, member.path);
    const inner = numbersIn(member, numbers);
    const { target } = member;
    if (target.tag === "layer") {
      const own = weightsOf(target, at, inner, numbersIn);
      if (own === undefined) return undefined;
      weights.push(...own);
      continue;
    }
    const channels = inner.get("channels");
    for (const { name, learn, per, initial, range } of target.params) {
      if (!learn) continue;
      if (per === "channel" && typeof channels !== "number") return undefined;
      const shape = [per === "channel" ? Number(channels) : 1];
      weights.push({ path: joined(at, name), shape, initial, range });
    }
  }
  return weights;
}

function weightOf(param: ParamIr, path: string, numbers: Numbers): PlanWeight | undefined {
  const shape: number[] = [];
  for (const size of param.type.dims) {
    const dim = dimOf(size, numbers);
    if (typeof dim !== "number") return undefined;
    shape.push(dim);
  }
  const { initial } = param;
  // What stands behind a weight of kind `sign` is kept within [-1, 1] (runtime/layers/parameter.ts).
  const latent = { low: -1, high: 1, lowOpen: false, highOpen: false };
  const range = param.range ?? (param.type.kind === "sign" ? latent : undefined);
  return param.running === undefined
    ? { path, shape, initial, range }
    : { path, shape, initial, running: true };
}

/** `h` and `sage1` -> `h.sage1`. */
export function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
