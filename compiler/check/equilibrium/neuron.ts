/** The neuron of an equilibrium: which rate its states are. */
import type { EquilibriumDeclaration } from "../../../grammar/tree.js";
import { equilibrium as rows } from "../../diagnostics/catalogue/equilibrium.js";
import type { Expr, NeuronIr, Scalar } from "../../ir/ir.js";
import type { Body } from "../body.js";
import { givenConstant, givenGenerics, assignGenerics } from "../generics.js";

export interface RateNeuron {
  readonly threshold: Expr;
  readonly leak: Expr;
  /** What the neuron's parameters are in the formulas, by name. */
  readonly numbers: ReadonlyMap<string, Expr>;
}

/** Reads `neuron LIF<beta: 0.95, threshold: 2>`; undefined after a report. */
export function readRateNeuron(
  body: Body,
  declaration: EquilibriumDeclaration,
): RateNeuron | undefined {
  const field = declaration.fields.find((one) => one.type === "neuron");
  if (field?.type !== "neuron") return undefined;
  const { call } = field;
  if (call.type !== "name" && call.type !== "call") return undefined;
  const name = call.type === "name" ? call : call.callee;
  const found = body.services.environment.lookup(name.text, body.file);
  const neuron = found && body.services.neuron(found);
  if (neuron === undefined) return undefined;
  const given = givenGenerics(body, [], call.type === "call" ? call.generics : []);
  const names = neuron.params.map((param) => param.name);
  const assigned = assignGenerics(body, name.text, names, given);
  if (assigned === undefined) return undefined;
  const numbers = new Map<string, Expr>();
  for (const param of neuron.params) {
    const one = assigned.get(param.name);
    const isFixed = param.initial.name === "constant" && !param.learn;
    const value =
      one === undefined
        ? isFixed
          ? param.initial.args[0]
          : undefined
        : givenConstant(body, one, name.text, param.name);
    if (value === undefined) continue;
    numbers.set(param.name, typeof value === "number" ? body.constant(value, call.span) : value);
  }
  const parts = integrateAndFire(neuron);
  const threshold = parts && numberIn(parts.threshold, numbers, body, declaration);
  const leak = parts && numberIn(parts.leak, numbers, body, declaration);
  if (threshold === undefined || leak === undefined) {
    body.report(rows.notIntegrateAndFire, name.span, { neuron: name.text });
    return undefined;
  }
  return { threshold, leak, numbers };
}

function numberIn(
  scalar: Scalar,
  numbers: ReadonlyMap<string, Expr>,
  body: Body,
  declaration: EquilibriumDeclaration,
): Expr | undefined {
  if (scalar.tag === "number") return body.constant(scalar.value, declaration.name.span);
  return scalar.tag === "name" ? numbers.get(scalar.name) : undefined;
}

/** `v = leak * v + input; spike when v >= threshold; v = v - threshold; emit 1`. */
function integrateAndFire(
  neuron: NeuronIr,
): { readonly threshold: Scalar; readonly leak: Scalar } | undefined {
  const { states, updates, resets, spike, emit, inputs } = neuron;
  const [state] = states;
  const [update] = updates;
  const [reset] = resets;
  const isSingle = states.length === 1 && updates.length === 1 && resets.length === 1;
  if (!isSingle || inputs.length !== 1 || spike === undefined) return undefined;
  if (spike.below !== undefined || emit.above.tag !== "number" || emit.above.value !== 1) {
    return undefined;
  }
  const isState = (scalar: Scalar): boolean => scalar.tag === "name" && scalar.name === state.name;
  const isInput = (scalar: Scalar): boolean => scalar.tag === "name" && scalar.name === inputs[0];
  const { value } = update;
  if (value.tag !== "binary" || value.op !== "+") return undefined;
  const kept = isInput(value.right) ? value.left : isInput(value.left) ? value.right : undefined;
  if (kept === undefined) return undefined;
  let leak: Scalar | undefined;
  if (isState(kept)) leak = { tag: "number", value: 1 };
  else if (kept.tag === "binary" && kept.op === "*") {
    leak = isState(kept.right) ? kept.left : isState(kept.left) ? kept.right : undefined;
  }
  const { margin } = spike;
  const isMargin = margin.tag === "binary" && margin.op === "-" && isState(margin.left);
  const isReset =
    reset.value.tag === "binary" && reset.value.op === "-" && isState(reset.value.left);
  if (leak === undefined || !isMargin || !isReset) return undefined;
  const sameScalar = JSON.stringify(margin.right) === JSON.stringify(reset.value.right);
  return sameScalar ? { threshold: margin.right, leak } : undefined;
}
