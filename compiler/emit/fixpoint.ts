/** Parts of the call of an equilibrium block: what its map reads, and its settings as literals. */
import type { EquationIr, Expr, FixpointExpr, SettingIr } from "../ir/ir.js";
import { visit } from "../plan/walk.js";
import { literal, objectOf, type Literal } from "./literals.js";

export interface Reads {
  /** Weights by name, in the order of first use. */
  readonly params: readonly string[];
  /** Values from outside of the equations. */
  readonly locals: readonly string[];
  readonly previous: boolean;
  readonly graph: boolean;
}

/** What the equations read besides their states. */
export function readsOf(fixpoint: FixpointExpr): Reads {
  const states = new Set(fixpoint.equations.map((one) => one.name));
  const params = new Set<string>();
  const locals = new Set<string>();
  let previous = false;
  let graph = false;
  const name = fixpoint.graph?.name;
  const see = (part: Expr): void => {
    if (part.tag === "param") params.add(part.name);
    if (part.tag === "feature" && part.graph.name === name) graph = true;
    if (part.tag === "op" && part.attributes.graph?.name === name) graph ||= name !== undefined;
    if (part.tag === "function" || part.tag === "call") {
      if (part.args.some((arg) => !("tag" in arg) && arg.name === name)) graph = true;
    }
    if (part.tag !== "local" || states.has(part.name)) return;
    if (part.name === "previous") previous = true;
    else locals.add(part.name);
  };
  fixpoint.equations.forEach((one) => visit(one.value, see));
  return { params: [...params], locals: [...locals], previous, graph };
}

/** `{ name: "anderson", memory: 5, tolerance: 1e-4, most: 60 }` */
export function solveText({ name, args, words }: SettingIr): string {
  return literal(new Map<string, Literal>([["name", name], ...args, ...words]));
}

/** The backward solver stands inside: `{ name: "implicit", solver: { .. } }`. */
export function gradientText({ name, args, words }: SettingIr): string {
  if (name !== "implicit") return literal(new Map<string, Literal>([["name", name], ...args]));
  const solver = new Map<string, Literal>([["name", words.get("solver") ?? "anderson"], ...args]);
  return literal(
    new Map<string, Literal>([
      ["name", name],
      ["solver", solver],
    ]),
  );
}

/** `{ z: { threshold: 1, leak: 0.9 } }`: the equations whose state is the rate of a neuron. */
export function neuronsText(
  equations: readonly EquationIr[],
  number: (value: Expr) => string,
): string {
  return objectOf(
    equations.flatMap(({ name, neuron }) => {
      if (neuron === undefined) return [];
      const threshold = number(neuron.threshold);
      return [
        [
          name,
          objectOf([
            ["threshold", threshold],
            ["leak", number(neuron.leak)],
          ]),
        ] as const,
      ];
    }),
  );
}
