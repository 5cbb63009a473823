/** Sizes by name: where the generated code finds the number behind a symbol. */
import type { Size } from "../ir/types.js";
import { symbolsOf } from "../check/size.js";
import type { Callable } from "../plan/walk.js";

/** What the inputs of a body are called, and which sizes `forward` is handed. */
export interface InputNames {
  readonly inputs: ReadonlyMap<string, string>;
  readonly runtimeSizes: ReadonlyMap<string, string>;
}

/** A symbol of a size: a size or constant of the class, or a count that a tensor or graph has. */
export function symbolText(
  symbol: string,
  callable: Callable,
  { inputs, runtimeSizes }: InputNames,
): string {
  const owner = callable.tag === "function" ? "" : "this.";
  const given = runtimeSizes.get(symbol);
  if (given !== undefined) return given;
  if (callable.sizes.includes(symbol)) return `${owner}size.${symbol}`;
  if (callable.constants.has(symbol)) return `${owner}constants.${symbol}`;
  const is = (size: Size): boolean => size.terms.get(symbol) === 1 && symbolsOf(size).size === 1;
  for (const input of callable.inputs) {
    const { type } = input;
    // Not the binding: inside `over time x` the name means the slices.
    const text = inputs.get(input.name) ?? input.name;
    if (type.tag === "graph") {
      if (is(type.nodes)) return `${text}.nodeCount`;
      if (is(type.edges)) return `${text}.edgeCount`;
      if (is(type.graphs)) return `${text}.graphCount`;
      if (is(type.snapshots)) return `${text}.snapshotCount`;
      for (const [field, fieldType] of type.nodeFields) {
        const at = fieldType.dims.findIndex(is);
        if (at >= 0) return `${text}.nodes.${field}.shape[${at}]`;
      }
      continue;
    }
    const at = type.dims.findIndex(is);
    if (at >= 0) return `${text}.shape[${at}]`;
  }
  throw new Error(`${callable.name}: nothing says how large ${symbol} is`);
}
