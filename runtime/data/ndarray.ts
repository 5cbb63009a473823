/**
 * Arrays as files hold them: a shape, an element type, and flat row-major data.
 *
 * Nothing here knows tensors or graphs. Element types that JavaScript lacks are widened: `bool` is
 * stored in a Uint8Array (0 or 1), `f16` in a Float32Array. 64-bit integers stay exact as bigints;
 * `toInt32`, `toFloat32` and `toNumbers` turn any array into ordinary numbers.
 */
import { dataError } from "./errors.js";

export type DType =
  "bool" | "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "u64" | "i64" | "f16" | "f32" | "f64";

export type ArrayData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** A numeric array. `data.length` is the product of `shape` (1 for a scalar, shape []). */
export interface NdArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: ArrayData;
}

/** A column of words, as tables have them; becomes numbers only through its sorted categories. */
export interface TextArray {
  readonly shape: readonly number[];
  readonly dtype: "text";
  readonly data: readonly string[];
  /** Where the first entry that is not a number stands, e.g. `line 12: "n/a"`. */
  readonly firstText: string;
}

export type AnyArray = NdArray | TextArray;

/** How many elements an array of this shape has. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The element type that a typed array holds when nothing else is said. */
export function dtypeOf(data: ArrayData): DType {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Int32Array) return "i32";
  if (data instanceof Float64Array) return "f64";
  if (data instanceof BigInt64Array) return "i64";
  if (data instanceof BigUint64Array) return "u64";
  if (data instanceof Uint8Array) return "u8";
  if (data instanceof Int8Array) return "i8";
  if (data instanceof Uint16Array) return "u16";
  if (data instanceof Int16Array) return "i16";
  return "u32";
}

/** Makes an array; the element type comes from `data` unless given (`bool` in a Uint8Array, `f16` in a Float32Array). */
export function ndarray(
  shape: readonly number[],
  data: ArrayData,
  dtype: DType = dtypeOf(data),
): NdArray {
  if (elementCount(shape) !== data.length) {
    throw dataError(
      "R200",
      `an array of shape [${shape.join(", ")}] needs ${elementCount(shape)} numbers, it got ${data.length}`,
      "the product of the sizes is the number of elements",
      "give a shape that fits the data",
    );
  }
  return { shape, dtype, data };
}

/** True for element types without a fraction (`bool` included). */
export function isInteger(dtype: DType | "text"): boolean {
  return dtype !== "f16" && dtype !== "f32" && dtype !== "f64" && dtype !== "text";
}

/** The elements as ordinary numbers; 64-bit integers beyond 2^53 are refused. `label` names the array in errors. */
export function toNumbers(array: NdArray, label = "the array"): ArrayLike<number> {
  const { data } = array;
  if (!(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) return data;
  const out = new Float64Array(data.length);
  for (let k = 0; k < data.length; k++) {
    const value = Number(data[k]);
    if (!Number.isSafeInteger(value)) {
      throw dataError(
        "R201",
        `${label} holds ${String(data[k])} at element ${k}, which is too large to be exact`,
        "integers are exact up to 2^53 here",
        "store smaller numbers, for example counted from 0",
      );
    }
    out[k] = value;
  }
  return out;
}

/** The elements as float32 (integers included); a new array unless it already is one. */
export function toFloat32(array: NdArray, label?: string): Float32Array {
  if (array.data instanceof Float32Array) return array.data;
  return Float32Array.from(toNumbers(array, label));
}

/** The elements as int32; refuses fractions and numbers that do not fit. */
export function toInt32(array: NdArray, label = "the array"): Int32Array {
  if (array.data instanceof Int32Array) return array.data;
  const numbers = toNumbers(array, label);
  const out = new Int32Array(numbers.length);
  for (let k = 0; k < numbers.length; k++) {
    const value = numbers[k] ?? 0;
    out[k] = value;
    if (out[k] !== value) {
      throw dataError(
        "R202",
        `${label} holds ${value} at element ${k} where an integer is expected`,
        Number.isInteger(value)
          ? "the number does not fit in 32 bits"
          : "indices and labels are whole numbers",
        "store this array with an integer element type (int32)",
      );
    }
  }
  return out;
}

/** "float32 [2708, 1433]", for messages. */
export function describe(array: AnyArray): string {
  const names: Record<DType | "text", string> = {
    bool: "bool",
    u8: "uint8",
    i8: "int8",
    u16: "uint16",
    i16: "int16",
    u32: "uint32",
    i32: "int32",
    u64: "uint64",
    i64: "int64",
    f16: "float16",
    f32: "float32",
    f64: "float64",
    text: "text",
  };
  return `${names[array.dtype]} [${array.shape.join(", ")}]`;
}
