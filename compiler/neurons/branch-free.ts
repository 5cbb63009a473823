/**
 * Choices by the spike as arithmetic. Whether a neuron spikes is hard to predict, so a processor that
 * branches on it waits at every other unit; multiplying by a spike of 0 or 1 costs nothing.
 */
import {
  ONE,
  choose,
  flag,
  isNumber,
  isPolynomial,
  mapParts,
  mul,
  name,
  same,
  sub,
} from "./formula.js";
import type { Formula } from "./formula.js";
import { mapLine } from "./lines.js";
import type { Line } from "./lines.js";

/** `const spike = Number(fired);` */
export function spikeLine(spike: string, fired: string): Line {
  return {
    tag: "const",
    name: spike,
    value: choose(flag(fired), ONE, { tag: "number", value: 0 }),
  };
}

/**
 * Replaces choices by the flag `fired`, where the result is the same in IEEE numbers as long as they are finite:
 * `fired ? 1 : 0` by `spike`, `fired ? v - e : v` by `v - spike * e`, `fired ? e : 0` by `spike * e` and
 * `fired ? 0 : v` by `(1 - spike) * v`; `e` must have no division and no function, which may not be finite
 * where no spike fell.
 */
export function branchFree(lines: readonly Line[], fired: string, spike: string): readonly Line[] {
  const change = (formula: Formula): Formula => {
    const inner = mapParts(formula, change);
    if (inner.tag !== "choose" || inner.test.tag !== "flag" || inner.test.name !== fired)
      return inner;
    const { yes, no } = inner;
    if (isNumber(no, 0)) return isPolynomial(yes) ? mul(name(spike), yes) : inner;
    if (isNumber(yes, 0) && isPolynomial(no)) return mul(sub(ONE, name(spike)), no);
    const isDecrease = yes.tag === "binary" && yes.op === "-" && same(yes.left, no);
    return isDecrease && isPolynomial(yes.right) ? sub(no, mul(name(spike), yes.right)) : inner;
  };
  return lines.map((line) => mapLine(line, change));
}
