/**
 * One NumPy array per file: the .npy format, versions 1 to 3 (NEP 1), read and written.
 *
 * Read: booleans, all integer widths, float16/32/64, little and big endian, C and Fortran order.
 * Strings, objects, complex numbers and records are refused with their name. Written: version 1.0,
 * little endian, C order.
 */
import { dataError } from "./errors.js";
import { elementCount, type ArrayData, type DType, type NdArray } from "./ndarray.js";

const kinds: Readonly<Record<string, DType>> = {
  b1: "bool",
  u1: "u8",
  i1: "i8",
  u2: "u16",
  i2: "i16",
  u4: "u32",
  i4: "i32",
  u8: "u64",
  i8: "i64",
  f2: "f16",
  f4: "f32",
  f8: "f64",
};
const bytesPer: Readonly<Record<DType, number>> = {
  bool: 1,
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
  f16: 2,
  f32: 4,
  f64: 8,
};

/** True when the bytes begin like a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x93 && String.fromCharCode(...bytes.subarray(1, 6)) === "NUMPY";
}

/** Reads one array. `label` names it in errors, e.g. `x in cora.npz`. */
export function readNpy(bytes: Uint8Array, label: string): NdArray {
  if (!isNpy(bytes)) {
    throw dataError(
      "R210",
      `${label} is not a .npy array`,
      "a .npy file begins with the bytes 93 'NUMPY'",
      "write it with numpy.save or numpy.savez",
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  const lengthBytes = version === 1 ? 2 : 4;
  if (version < 1 || version > 3 || bytes.length < 8 + lengthBytes) throw truncated(label);
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthBytes + headerLength;
  if (bytes.length < start) throw truncated(label);
  const header = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(
    bytes.subarray(8 + lengthBytes, start),
  );
  const { dtype, bigEndian, fortran, shape } = parseHeader(header, label);
  const size = bytesPer[dtype];
  const count = elementCount(shape);
  if (bytes.length - start < count * size) throw truncated(label);
  const raw = copyElements(bytes.subarray(start, start + count * size), size, bigEndian);
  const data = viewAs(raw, dtype);
  return { shape, dtype, data: fortran && shape.length > 1 ? fromFortran(data, shape) : data };
}

function truncated(label: string): Error {
  return dataError(
    "R211",
    `${label} is cut short`,
    "its header promises more bytes than the file has",
    "copy or download the file again",
  );
}

interface Header {
  readonly dtype: DType;
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The header is a Python dict literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }. */
function parseHeader(header: string, label: string): Header {
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shapeText = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  if (fortran === undefined || shapeText === undefined || !header.includes("'descr'")) {
    throw dataError(
      "R210",
      `${label} has a header that is not a .npy header`,
      "the header must say descr, fortran_order and shape",
      "write the array again with numpy.save",
    );
  }
  if (descr === undefined) throw wrongType(label, "records (a structured array)");
  const shape = shapeText
    .split(",")
    .map((word) => word.trim().replace(/L$/, ""))
    .filter((word) => word !== "")
    .map(Number);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) throw truncated(label);
  const dtype = kinds[descr.slice(1)];
  if (dtype === undefined) throw wrongType(label, nameOf(descr));
  return { dtype, bigEndian: descr.startsWith(">"), fortran: fortran === "True", shape };
}

function nameOf(descr: string): string {
  const kind = descr[1] ?? "";
  if (kind === "U" || kind === "S" || kind === "a") return `strings (${descr})`;
  if (kind === "O") return "Python objects";
  if (kind === "c") return `complex numbers (${descr})`;
  if (kind === "M" || kind === "m") return `dates or times (${descr})`;
  return `elements of type ${descr}`;
}

function wrongType(label: string, holds: string): Error {
  return dataError(
    "R212",
    `${label} holds ${holds}`,
    "only numbers can be read: bool, int8 to int64, uint8 to uint64, float16, float32, float64",
    "convert it to numbers before saving, for example numpy.unique(a, return_inverse=True)[1].astype('int32')",
  );
}

/** Copies into an aligned buffer, in this machine's byte order (all supported machines are little endian). */
function copyElements(bytes: Uint8Array, size: number, bigEndian: boolean): ArrayBuffer {
  const out = new Uint8Array(bytes.length);
  out.set(bytes);
  if (bigEndian && size > 1) {
    for (let k = 0; k < out.length; k += size) out.subarray(k, k + size).reverse();
  }
  return out.buffer;
}

function viewAs(buffer: ArrayBuffer, dtype: DType): ArrayData {
  switch (dtype) {
    case "bool":
      return new Uint8Array(buffer).map((value) => (value === 0 ? 0 : 1));
    case "u8":
      return new Uint8Array(buffer);
    case "i8":
      return new Int8Array(buffer);
    case "u16":
      return new Uint16Array(buffer);
    case "i16":
      return new Int16Array(buffer);
    case "u32":
      return new Uint32Array(buffer);
    case "i32":
      return new Int32Array(buffer);
    case "u64":
      return new BigUint64Array(buffer);
    case "i64":
      return new BigInt64Array(buffer);
    case "f16":
      return Float32Array.from(new Uint16Array(buffer), halfToFloat);
    case "f32":
      return new Float32Array(buffer);
    case "f64":
      return new Float64Array(buffer);
  }
}

/** IEEE 754 binary16, given as its bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Column-major to row-major. */
function fromFortran(data: ArrayData, shape: readonly number[]): ArrayData {
  const out = data.slice();
  const rank = shape.length;
  const index = new Int32Array(rank);
  // The stride of each axis in the Fortran layout: the first axis is contiguous.
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  let from = 0;
  for (let k = 0; k < data.length; k++) {
    out[k] = data[from] as never;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      index[axis] = next;
      if (next < (shape[axis] ?? 0)) break;
      from -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return out;
}

const descriptions: Readonly<Record<DType, string>> = {
  bool: "|b1",
  u8: "|u1",
  i8: "|i1",
  u16: "<u2",
  i16: "<i2",
  u32: "<u4",
  i32: "<i4",
  u64: "<u8",
  i64: "<i8",
  f16: "<f4", // kept as float32 in memory, and written as what it is there
  f32: "<f4",
  f64: "<f8",
};

/** The bytes of a .npy file (version 1.0) with this array. */
export function writeNpy(array: NdArray): Uint8Array {
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(", ");
  const text = `{'descr': '${descriptions[array.dtype]}', 'fortran_order': False, 'shape': (${shape}), }`;
  // The data begins at a multiple of 64 bytes, as NEP 1 asks; the header ends in a newline.
  const padded = text + " ".repeat(63 - ((10 + text.length) % 64)) + "\n";
  const data = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  const out = new Uint8Array(10 + padded.length + data.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  out.set(new TextEncoder().encode(padded), 10);
  out.set(data, 10 + padded.length);
  return out;
}
