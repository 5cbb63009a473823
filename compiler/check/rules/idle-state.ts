/** A neuron outside of every time block runs one step, so what it remembers never acts. */
import { types } from "../../diagnostics/catalogue/types.js";
import type { Rule } from "./rule.js";

export const idleState: Rule = ({ body }) => {
  if (body.owner !== "model" || body.oneStep === undefined) return;
  const { neuron, place } = body.oneStep;
  const states = neuron.states.map((s) => s.name);
  body.report(types.idleState, place.span, { neuron: neuron.name, states });
};
