/**
 * The safetensors format (Hugging Face): named tensors and string metadata in one file that can be
 * read by PyTorch, JAX and NumPy. Eight bytes of header length, a JSON header, then the data.
 *
 * Reading validates everything: header, element types, shapes, and that the byte ranges cover the
 * data exactly, without overlap and without holes.
 */
import { dataError } from "../data/errors.js";
import { elementCount, type ArrayData, type DType, type NdArray } from "../data/ndarray.js";
import { halfToFloat } from "../data/npy.js";

export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, NdArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

const bytesOf: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};
const nameOf: Readonly<Record<DType, string>> = {
  bool: "BOOL",
  u8: "U8",
  i8: "I8",
  u16: "U16",
  i16: "I16",
  u32: "U32",
  i32: "I32",
  u64: "U64",
  i64: "I64",
  f16: "F32", // kept as float32 in memory, and written as what it is there
  f32: "F32",
  f64: "F64",
};
const MOST_HEADER = 100_000_000;

/**
 * The bytes of a safetensors file. Tensors are written by descending alignment, then by name, so that
 * the same tensors give the same bytes in whatever order they come.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NdArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const order = [...tensors].sort(
    ([a, x], [b, y]) =>
      y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || (a < b ? -1 : a > b ? 1 : 0),
  );
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) {
    header["__metadata__"] = Object.fromEntries(
      Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
  let size = 0;
  for (const [name, array] of order) {
    const end = size + array.data.byteLength;
    header[name] = { dtype: nameOf[array.dtype], shape: array.shape, data_offsets: [size, end] };
    size = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + length + size).fill(0x20, 8, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, 8);
  let at = 8 + length;
  for (const [, { data }] of order) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/**
 * Reads a safetensors file; `label` names it in errors.
 * @throws SgnnError R400 (not this format), R401 (cut short), R402 (header contradicts itself)
 */
export function readSafetensors(bytes: Uint8Array, label: string): SafeTensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : 0;
  if (bytes.length < 8 || length > MOST_HEADER || (bytes.length > 8 && bytes[8] !== 0x7b)) {
    throw dataError(
      "R400",
      `${label} is not a safetensors file`,
      "such a file begins with the length of its header (8 bytes) and a JSON object",
      "give weights written by this tool, or saved with safetensors.torch.save_file",
    );
  }
  if (8 + length > bytes.length) throw cut(label, `its header needs ${length} bytes`);
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(8, 8 + length)), label);
  const start = 8 + length;
  const available = bytes.length - start;
  const metadata: Record<string, string> = {};
  const entries: { name: string; dtype: string; shape: number[]; begin: number; end: number }[] =
    [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(isRecord(value) ? value : {})) {
        if (typeof text !== "string") throw broken(label, `its metadata "${key}" is not a string`);
        metadata[key] = text;
      }
      continue;
    }
    entries.push({ name, ...entryOf(name, value, label) });
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== reached) {
      throw broken(
        label,
        begin < reached
          ? `the data of "${name}" overlaps another tensor`
          : `there is a hole of ${begin - reached} bytes before "${name}"`,
      );
    }
    if (end > available) throw cut(label, `"${name}" ends at byte ${start + end}`);
    reached = end;
  }
  if (reached !== available) {
    throw broken(label, `${available - reached} bytes at its end belong to no tensor`);
  }
  // In the order of the header, which is the author's order.
  const places = new Map(entries.map((entry) => [entry.name, entry]));
  const tensors = new Map<string, NdArray>();
  for (const name of Object.keys(header)) {
    const entry = places.get(name);
    if (entry === undefined) continue;
    // A copy, so that the elements are aligned.
    const raw = Uint8Array.from(bytes.subarray(start + entry.begin, start + entry.end));
    tensors.set(name, decode(entry.dtype, entry.shape, raw.buffer));
  }
  return { tensors, metadata };
}

function cut(label: string, what: string): Error {
  return dataError(
    "R401",
    `${label} is cut short: ${what}`,
    "the file has fewer bytes than its header promises",
    "copy or write the file again",
  );
}

function broken(label: string, what: string): Error {
  return dataError(
    "R402",
    `${label} is damaged: ${what}`,
    "every tensor of a safetensors file owns its bytes, without overlap and without holes",
    "copy or write the file again",
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseHeader(text: string, label: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (isRecord(header)) return header;
  } catch {
    throw broken(label, "its header is not JSON");
  }
  throw broken(label, "its header is not an object");
}

function entryOf(
  name: string,
  value: unknown,
  label: string,
): { dtype: string; shape: number[]; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const whole = (part: unknown): part is number => Number.isSafeInteger(part) && Number(part) >= 0;
  if (typeof dtype !== "string" || bytesOf[dtype] === undefined) {
    throw broken(label, `"${name}" has the unknown element type ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(whole)) throw broken(label, `"${name}" has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(whole)) {
    throw broken(label, `"${name}" has no place in the data`);
  }
  const [begin = 0, end = 0] = offsets as number[];
  const size = elementCount(shape as number[]) * bytesOf[dtype];
  if (end - begin !== size) {
    throw broken(
      label,
      `"${name}" is ${dtype} [${shape.join(", ")}], which takes ${size} bytes, but owns ${end - begin}`,
    );
  }
  return { dtype, shape: shape as number[], begin, end };
}

function decode(dtype: string, shape: readonly number[], buffer: ArrayBuffer): NdArray {
  const make = (type: DType, data: ArrayData): NdArray => ({ shape, dtype: type, data });
  switch (dtype) {
    case "F64":
      return make("f64", new Float64Array(buffer));
    case "F16":
      return make("f16", Float32Array.from(new Uint16Array(buffer), halfToFloat));
    case "BF16": {
      // The upper half of a float32.
      const wide = Uint32Array.from(new Uint16Array(buffer), (bits) => bits * 65536);
      return make("f32", new Float32Array(wide.buffer));
    }
    case "I64":
      return make("i64", new BigInt64Array(buffer));
    case "U64":
      return make("u64", new BigUint64Array(buffer));
    case "I32":
      return make("i32", new Int32Array(buffer));
    case "U32":
      return make("u32", new Uint32Array(buffer));
    case "I16":
      return make("i16", new Int16Array(buffer));
    case "U16":
      return make("u16", new Uint16Array(buffer));
    case "I8":
      return make("i8", new Int8Array(buffer));
    case "U8":
      return make("u8", new Uint8Array(buffer));
    case "BOOL":
      return make("bool", new Uint8Array(buffer));
    default:
      return make("f32", new Float32Array(buffer));
  }
}
