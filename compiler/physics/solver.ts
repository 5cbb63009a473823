/** The chain of Dense layers and activations in an elaborated solver. */
import type { Expr, ModelIr, OpName } from "../ir/ir.js";
import type { ChainStepIr } from "../ir/physics.js";

/** Activations whose derivatives of every order the runtime knows. */
export const smoothActivations: readonly OpName[] = [
  "tanh",
  "sin",
  "sigmoid",
  "softplus",
  "gelu",
  "silu",
  "exp",
];

/** Layers of the standard library that are x W + b, whatever their weights begin with. */
const denseLayers = ["Dense", "Waves"];

export interface Chains {
  /** One for a plain network, one per variable for a separable one. */
  readonly chains: readonly (readonly ChainStepIr[])[];
  /** Path of the Dense after the product of a separable network. */
  readonly readout: string | undefined;
}

/** The chains of a model made by `solverModel`; a string names what is no link of a chain. */
export function chainsOf(model: ModelIr, isSeparable: boolean): Chains | string {
  if (!isSeparable) {
    const chain = chainOf(model.result, model);
    return typeof chain === "string" ? chain : { chains: [chain], readout: undefined };
  }
  const { result } = model;
  const readout = densePath(result, model);
  if (result.tag !== "call" || readout === undefined) return nameOf(result, model);
  const [product] = result.args;
  if (!("tag" in product)) return "a graph";
  const chains: ChainStepIr[][] = [];
  for (const factor of factorsOf(product)) {
    const chain = chainOf(factor, model);
    if (typeof chain === "string") return chain;
    chains.push(chain);
  }
  return { chains, readout };
}

function factorsOf(product: Expr): readonly Expr[] {
  if (product.tag !== "op" || product.op !== "mul") return [product];
  return product.args.flatMap(factorsOf);
}

/** From the result back to the input. */
function chainOf(result: Expr, model: ModelIr): ChainStepIr[] | string {
  const steps: ChainStepIr[] = [];
  let at = result;
  for (;;) {
    const path = densePath(at, model);
    if (path !== undefined && at.tag === "call") {
      steps.unshift({ type: "dense", path });
      const [next] = at.args;
      if (!("tag" in next)) return "a graph";
      at = next;
    } else if (at.tag === "op" && smoothActivations.includes(at.op)) {
      steps.unshift({ type: "activation", kind: at.op });
      at = at.args[0];
    } else if (isInput(at)) {
      return steps;
    } else {
      return nameOf(at, model);
    }
  }
}

/** The variables, maybe scaled and side by side. */
function isInput(expr: Expr): boolean {
  if (expr.tag === "local") return true;
  if (expr.tag !== "op") return false;
  if (expr.op === "concat") return expr.args.every(isInput);
  const [left, right] = expr.args;
  return (expr.op === "sub" || expr.op === "div") && isInput(left) && right.tag === "constant";
}

function densePath(expr: Expr, model: ModelIr): string | undefined {
  if (expr.tag !== "call") return undefined;
  const member = model.members.find((one) => one.path === expr.member);
  const target = member?.target;
  const isDense = target?.tag === "layer" && denseLayers.includes(target.declaredName);
  return isDense && target.origin.file.startsWith("sgnn:std") ? member?.path : undefined;
}

function nameOf(expr: Expr, model: ModelIr): string {
  if (expr.tag === "op") return expr.op;
  if (expr.tag === "function") return expr.callee.declaredName;
  if (expr.tag !== "call") return "this expression";
  const member = model.members.find((one) => one.path === expr.member);
  return member?.target.tag === "layer"
    ? member.target.declaredName
    : (member?.target.name ?? "this");
}
