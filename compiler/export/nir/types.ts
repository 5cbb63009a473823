/** A NIR graph as plain data, and the lines of its fidelity report. */

export interface NirArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array;
}
export interface NirNode {
  readonly type:
    "Input" | "Output" | "Affine" | "Linear" | "Scale" | "LIF" | "IF" | "LI" | "I" | "Threshold";
  /** Arrays by the names that NIR gives them. */
  readonly arrays: Readonly<Record<string, NirArray>>;
}
/**
 * `exact`: the same numbers; `approximate`: NIR says something near; `left out`: the model can do without
 * it when it is applied; `not expressible`: the model cannot, and no file is written.
 */
export type Faith = "exact" | "approximate" | "left out" | "not expressible";
/** One line of the fidelity report. */
export interface Fidelity {
  readonly node: string;
  readonly part: string;
  readonly how: Faith;
  readonly why: string;
}
export interface NirGraph {
  readonly nodes: ReadonlyMap<string, NirNode>;
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** Seconds of one step of ours. */
  readonly dt: number;
  readonly report: readonly Fidelity[];
}

export function vector(values: readonly number[]): NirArray {
  return { shape: [values.length], data: Float64Array.from(values) };
}
export function sizes(values: readonly number[]): NirArray {
  return { shape: [values.length], data: BigInt64Array.from(values.map(BigInt)) };
}
