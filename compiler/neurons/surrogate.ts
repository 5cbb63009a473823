/**
 * Surrogate derivatives of the spike: what stands for the derivative of the step function at margin u.
 *
 * | name             | derivative at u                           | where the formula is from              |
 * | ---------------- | ----------------------------------------- | -------------------------------------- |
 * | atan             | alpha/2 / (1 + (pi/2 alpha u)^2)          | SpikingJelly, snnTorch; Fang 2021      |
 * | sigmoid          | alpha s (1 - s), s = sigmoid(alpha u)     | SpikingJelly                           |
 * | fast_sigmoid     | 1 / (1 + slope |u|)^2                     | snnTorch; Zenke & Ganguli 2018         |
 * | super            | 1 / (beta |u| + 1)^2                      | SuperSpike, Zenke & Ganguli 2018       |
 * | triangle         | max(0, 1 - |u|/width) / width             | Esser 2016, area 1                     |
 * | piecewise        | 1/width where |u| < width/2, else 0       | box of area 1                          |
 * | straight_through | 1 where |u| <= width, else 0              | Bengio 2013, clipped as in Hubara 2016 |
 * | custom           | as written                                |                                        |
 *
 * `fast_sigmoid` and `super` are the same formula under the two names in use.
 */
import type { NeuronIr, SurrogateName } from "../ir/ir.js";
import {
  ONE,
  ZERO,
  add,
  call,
  choose,
  compare,
  div,
  mul,
  name,
  number,
  rename,
  sub,
} from "./formula.js";
import type { Formula } from "./formula.js";

type Surrogate = NonNullable<NeuronIr["spike"]>["surrogate"];

/** The argument each surrogate takes, and its value when the source gives none. */
export const SURROGATE_DEFAULTS: Readonly<Record<Exclude<SurrogateName, "custom">, number>> = {
  atan: 2,
  sigmoid: 4,
  fast_sigmoid: 25,
  super: 10,
  triangle: 1,
  piecewise: 1,
  straight_through: 1,
};

/** A derivative and the values that are worth a name of their own before it. */
export interface SurrogateFormula {
  readonly before: readonly { readonly name: string; readonly value: Formula }[];
  readonly value: Formula;
}

/**
 * The surrogate derivative at `margin` (a name). `fresh` gives unused names to helper values.
 * The formulas are those of the table above.
 */
export function surrogateAt(
  surrogate: Surrogate,
  margin: Formula,
  fresh: (wanted: string) => string,
): SurrogateFormula {
  if (surrogate.name === "custom") {
    const { variable, derivative } = surrogate;
    if (variable === undefined || derivative === undefined) {
      throw new Error("a custom surrogate has a variable and a derivative");
    }
    const at = rename(derivative, (text) => (text === variable ? margin : name(text)));
    return { before: [], value: at };
  }
  const p = surrogate.args.length > 0 ? surrogate.args[0] : SURROGATE_DEFAULTS[surrogate.name];
  const distance = call("abs", margin);
  switch (surrogate.name) {
    case "atan": {
      const scaled = fresh("scaled");
      const square = mul(name(scaled), name(scaled));
      return {
        before: [{ name: scaled, value: mul(mul(number(p / 2), name("Math.PI")), margin) }],
        value: div(number(p / 2), add(ONE, square)),
      };
    }
    case "sigmoid": {
      const soft = fresh("soft");
      return {
        before: [{ name: soft, value: call("sigmoid", mul(number(p), margin)) }],
        value: mul(mul(number(p), name(soft)), sub(ONE, name(soft))),
      };
    }
    case "fast_sigmoid":
    case "super": {
      const scaled = fresh("scaled");
      return {
        before: [{ name: scaled, value: add(ONE, mul(number(p), distance)) }],
        value: div(ONE, mul(name(scaled), name(scaled))),
      };
    }
    case "triangle":
      return {
        before: [],
        value: div(call("max", ZERO, sub(ONE, div(distance, number(p)))), number(p)),
      };
    case "piecewise":
      return {
        before: [],
        value: choose(compare(distance, "<", number(p / 2)), number(1 / p), ZERO),
      };
    case "straight_through":
      return { before: [], value: choose(compare(distance, "<=", number(p)), ONE, ZERO) };
  }
}
