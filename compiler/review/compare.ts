/** Compares the planned programs of two versions of a file. */
import { addSizes, constantSize, multiplySizes } from "../check/size.js";
import { printExpr, printSize, printType } from "../ir/print.js";
import type { Program } from "../ir/program.js";
import type { ModelIr } from "../ir/ir.js";
import type { Size } from "../ir/types.js";
import { describe, total } from "../plan/describe.js";
import type { LayerRow, ParameterRow } from "../plan/describe.js";

/** Sizes of a graph at which formulas are shown as numbers, e.g. N nodes and E edges. */
export type At = ReadonlyMap<string, number>;

/** A quantity before and after: as a formula, and as a number at the sizes of `At`. */
export interface Amount {
  readonly name: "parameters" | "MACs" | "ADDs" | "bit operations" | "bytes" | "energy (pJ)";
  readonly before: { readonly formula: string; readonly value: number };
  readonly after: { readonly formula: string; readonly value: number };
}
export interface Change {
  readonly what: "added" | "removed" | "changed";
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}
export interface ModelReview {
  readonly name: string;
  readonly what: "added" | "removed" | "changed";
  /** Public inputs and the output whose type differs. */
  readonly interface: readonly Change[];
  readonly layers: readonly Change[];
  /** The layers are the same and their connections differ. */
  readonly rewired: boolean;
  readonly amounts: readonly Amount[];
  /** Weights of the old version that the new one lacks or has in another shape, and new ones. */
  readonly weights: readonly Change[];
  /** Weights saved by the old version load into the new one. */
  readonly loads: boolean;
}
export interface Review {
  readonly models: readonly ModelReview[];
  /** Neurons whose equations differ. */
  readonly neurons: readonly Change[];
  readonly trainings: readonly Change[];
}

/** Joules of operations, as the runtime's energy models have them. */
export interface EnergyCosts {
  readonly name: string;
  /** Per operation; `read` and `write` per word of 32 bits. */
  readonly picojoules: {
    readonly mac: number;
    readonly add: number;
    readonly bitOp: number;
    readonly read: number;
    readonly write: number;
  };
}

/**
 * What differs between two versions; undefined stands for a version without the file.
 * @param energy operations are counted as if every unit fired: an upper bound
 */
export function compare(
  before: Program | undefined,
  after: Program | undefined,
  at: At,
  energy: EnergyCosts,
): Review {
  const names = union(before?.models ?? [], after?.models ?? [], (model) => model.name);
  const models = names.flatMap((name) => {
    const old = before && viewOf(before, name, at, energy);
    const now = after && viewOf(after, name, at, energy);
    return reviewModel(name, old, now) ?? [];
  });
  const neurons = changes(neuronTexts(before), neuronTexts(after));
  return { models, neurons, trainings: changes(trainingTexts(before), trainingTexts(after)) };
}

interface View {
  readonly model: ModelIr;
  readonly rows: readonly LayerRow[];
  readonly weights: ReadonlyMap<string, ParameterRow>;
  readonly amounts: readonly {
    readonly name: Amount["name"];
    readonly formula: string;
    readonly value: number;
  }[];
  /** Statements and result, without names of instances. */
  readonly wiring: string;
}

function viewOf(
  program: Program,
  name: string,
  at: At,
  { picojoules }: EnergyCosts,
): View | undefined {
  const model = program.models.find((one) => one.name === name);
  if (model === undefined) return undefined;
  const rows = describe(program, name);
  const weights = new Map<string, ParameterRow>();
  for (const row of rows) for (const weight of row.parameters) weights.set(weight.path, weight);
  const learned = [...weights.values()]
    .filter((weight) => weight.learned)
    .map((weight) => weight.shape.reduce(multiplySizes, constantSize(1)))
    .reduce(addSizes, constantSize(0));
  const amount = (what: Amount["name"], size: Size): View["amounts"][number] => ({
    name: what,
    formula: printSize(size),
    value: evaluate(size, at),
  });
  const counted = [
    ["MACs", total(rows, "macs"), picojoules.mac],
    ["ADDs", total(rows, "adds"), picojoules.add],
    ["bit operations", total(rows, "bitOps"), picojoules.bitOp],
    ["reads", total(rows, "reads"), picojoules.read],
    ["writes", total(rows, "writes"), picojoules.write],
  ] as const;
  const paid = counted.filter(([, size, each]) => each > 0 && size.terms.size > 0);
  const wiring = [
    ...model.body.map((one) => `${one.name} = ${printExpr(one.value)}`),
    printExpr(model.result),
  ].join("\n");
  return {
    model,
    rows,
    weights,
    wiring,
    amounts: [
      amount("parameters", learned),
      amount("MACs", counted[0][1]),
      amount("ADDs", counted[1][1]),
      amount("bit operations", counted[2][1]),
      amount("bytes", total(rows, "bytes")),
      {
        name: "energy (pJ)",
        formula: paid.map(([what, , each]) => `${each} ${what}`).join(" + "),
        value: paid.reduce((sum, [, size, each]) => sum + evaluate(size, at) * each, 0),
      },
    ],
  };
}

/** The value of a size where its symbols have the values of `at`; a symbol without one counts as 1. */
export function evaluate(size: Size, at: At): number {
  let sum = 0;
  for (const [key, factor] of size.terms) {
    const symbols = key === "" ? [] : key.split("*");
    sum += symbols.reduce((product, symbol) => product * (at.get(symbol) ?? 1), factor);
  }
  return sum;
}

function reviewModel(
  name: string,
  old: View | undefined,
  now: View | undefined,
): ModelReview | undefined {
  const faces = changes(faceOf(old), faceOf(now));
  const layers = changes(layersOf(old), layersOf(now));
  const weights = changes(weightsOf(old), weightsOf(now));
  const rewired =
    old !== undefined && now !== undefined && layers.length === 0 && old.wiring !== now.wiring;
  const amounts = amountsOf(old, now);
  const isSame = faces.length + layers.length + weights.length + amounts.length === 0 && !rewired;
  if (old !== undefined && now !== undefined && isSame) return undefined;
  const what = old === undefined ? "added" : now === undefined ? "removed" : "changed";
  const loads = old !== undefined && now !== undefined && weights.length === 0;
  return { name, what, interface: faces, layers, rewired, amounts, weights, loads };
}

function amountsOf(old: View | undefined, now: View | undefined): Amount[] {
  const zero = { formula: "0", value: 0 };
  return (
    (now ?? old)?.amounts.flatMap(({ name }, k) => {
      const before = old?.amounts[k] ?? zero;
      const after = now?.amounts[k] ?? zero;
      const isSame = before.formula === after.formula && before.value === after.value;
      return isSame ? [] : [{ name, before: pick(before), after: pick(after) }];
    }) ?? []
  );
}

function pick({ formula, value }: { formula: string; value: number }): Amount["before"] {
  return { formula, value };
}

function faceOf(view: View | undefined): ReadonlyMap<string, string> {
  if (view === undefined) return new Map();
  const inputs = view.model.inputs.map(
    ({ name, type }) => [`input ${name}`, printType(type)] as const,
  );
  return new Map([...inputs, ["output", printType(view.model.result.type)] as const]);
}

function layersOf(view: View | undefined): ReadonlyMap<string, string> {
  const rows = view?.rows.filter((row) => row.path !== "") ?? [];
  return new Map(rows.map((row) => [row.path, `${row.layer} -> ${printType(row.resultType)}`]));
}

function weightsOf(view: View | undefined): ReadonlyMap<string, string> {
  const all = [...(view?.weights.values() ?? [])];
  return new Map(all.map(({ path, shape }) => [path, `[${shape.map(printSize).join(", ")}]`]));
}

function neuronTexts(program: Program | undefined): ReadonlyMap<string, string> {
  const texts = (program?.neurons ?? []).map(({ origin: _origin, doc: _doc, name, ...rest }) => {
    const text = JSON.stringify(rest, (key, value: unknown) =>
      key === "line" ? undefined : value,
    );
    return [name, text] as const;
  });
  return new Map(texts);
}

function trainingTexts(program: Program | undefined): ReadonlyMap<string, string> {
  const texts = (program?.trains ?? []).map((train) => {
    const call = ({ name, args }: { name: string; args: ReadonlyMap<string, number> }): string =>
      `${name}(${[...args].map(([key, value]) => `${key}: ${value}`).join(", ")})`;
    const words = [
      `loss ${printExpr(train.loss.result)}`,
      `optimize ${train.optimize.map(call).join(" then ")}`,
      `epochs ${train.epochs}`,
      ...(train.batch === undefined ? [] : [`batch ${train.batch}`]),
      ...(train.schedule === undefined ? [] : [`schedule ${call(train.schedule)}`]),
      ...(train.clip === undefined ? [] : [`clip ${train.clip}`]),
      ...(train.patience === undefined ? [] : [`patience ${train.patience}`]),
      `seeds ${train.seeds.join(", ")}`,
    ];
    return [`${train.models.join(", ")} on ${train.data}`, words.join("; ")] as const;
  });
  return new Map(texts);
}

function changes(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Change[] {
  return union([...before.keys()], [...after.keys()], (name) => name).flatMap((name) => {
    const old = before.get(name);
    const now = after.get(name);
    if (old === now) return [];
    const what = old === undefined ? "added" : now === undefined ? "removed" : "changed";
    return [{ what, name, before: old, after: now }];
  });
}

function union<T>(before: readonly T[], after: readonly T[], nameOf: (one: T) => string): string[] {
  return [...new Set([...before, ...after].map(nameOf))];
}
