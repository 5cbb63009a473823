/**
 * A reader of Python pickles (protocols 0 to 5) that runs nothing: it knows numbers, strings, lists,
 * tuples, dicts, NumPy arrays and SciPy sparse rows, and refuses every other global by its name.
 *
 * It exists for the Planetoid files, whose pickles come from Python 2 and old NumPy; strings are read
 * as latin1, as `pickle.load(f, encoding="latin1")` does.
 */
import { dataError } from "./errors.js";
import type { NdArray } from "./ndarray.js";
import { readNpy } from "./npy.js";

/** A pickled value. Dicts become Maps (keys as they are), tuples and lists become arrays. */
export type Pickled =
  null | boolean | number | string | Uint8Array | Pickled[] | Map<Pickled, Pickled> | PickledObject;

/** An instance of an allowed class, with what its constructor and its state were given. */
export class PickledObject {
  /** Filled by BUILD: the argument of `__setstate__`. */
  state: Pickled = null;
  constructor(
    readonly className: string,
    readonly args: readonly Pickled[],
  ) {}
}

class Global {
  constructor(readonly name: string) {}
}
class Mark {}
type Item = Pickled | Global | Mark;

/** Reads one pickled value. SgnnError R235 when it is damaged or holds something not allowed. */
export function readPickle(bytes: Uint8Array, label: string): Pickled {
  return new Machine(bytes, label).run();
}

/** Allowed globals, old and new module names, by what they mean here. */
const meanings: Readonly<Record<string, string>> = {
  "numpy.core.multiarray _reconstruct": "reconstruct",
  "numpy._core.multiarray _reconstruct": "reconstruct",
  "numpy.core.multiarray scalar": "scalar",
  "numpy._core.multiarray scalar": "scalar",
  "numpy ndarray": "ndarray",
  "numpy dtype": "dtype",
  "scipy.sparse.csr csr_matrix": "csr",
  "scipy.sparse._csr csr_matrix": "csr",
  "collections defaultdict": "defaultdict",
  "collections OrderedDict": "dict",
  "copy_reg _reconstructor": "reconstructor",
  "copyreg _reconstructor": "reconstructor",
  "_codecs encode": "encode",
  "__builtin__ object": "object",
  "builtins object": "object",
  "__builtin__ list": "list",
  "builtins list": "list",
  "__builtin__ dict": "dict",
  "builtins dict": "dict",
  "__builtin__ int": "int",
  "builtins int": "int",
};

class Machine {
  private at = 0;
  private readonly stack: Item[] = [];
  private readonly memo = new Map<number, Item>();
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly label: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Pickled {
    try {
      for (;;) {
        const op = String.fromCharCode(this.byte());
        if (op === ".") return this.value(this.pop());
        this.step(op);
      }
    } catch (error) {
      if (error instanceof RangeError) throw this.damaged();
      throw error;
    }
  }

  private damaged(what = "it is cut short"): Error {
    return dataError(
      "R235",
      `${this.label} is not a pickle that can be read: ${what}`,
      "only numbers, strings, lists, dicts, NumPy arrays and SciPy csr matrices are read, and no code is run",
      "copy the file again, or save the arrays with numpy.savez and read the .npz",
    );
  }

  private byte(): number {
    const value = this.view.getUint8(this.at);
    this.at += 1;
    return value;
  }
  private uint(size: 1 | 2 | 4): number {
    const from = this.at;
    this.at += size;
    if (size === 1) return this.view.getUint8(from);
    return size === 2 ? this.view.getUint16(from, true) : this.view.getUint32(from, true);
  }
  private take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw this.damaged();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  private text(length: number, encoding = "utf-8"): string {
    const part = this.take(length);
    return encoding === "latin1" ? latin1(part) : new TextDecoder(encoding).decode(part);
  }
  private long(): number {
    const length = this.view.getBigUint64(this.at, true);
    this.at += 8;
    return Number(length);
  }
  private line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw this.damaged();
    const text = latin1(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }
  private pop(): Item {
    const item = this.stack.pop();
    if (item === undefined) throw this.damaged("its stack runs empty");
    return item;
  }
  private peek(): Item {
    const item = this.stack.at(-1);
    if (item === undefined) throw this.damaged("its stack runs empty");
    return item;
  }
  private value(item: Item): Pickled {
    if (item instanceof Global) throw this.damaged(`a bare ${item.name}`);
    if (item instanceof Mark) throw this.damaged("a mark where a value is expected");
    return item;
  }
  private toMark(): Pickled[] {
    const at = this.stack.findLastIndex((item) => item instanceof Mark);
    if (at < 0) throw this.damaged("a mark is missing");
    const items = this.stack.splice(at).slice(1);
    return items.map((item) =>
      item instanceof Global ? new PickledObject(item.name, []) : this.value(item),
    );
  }
  private tuple(length: number): void {
    const items = this.stack.splice(this.stack.length - length, length);
    if (items.length !== length) throw this.damaged("its stack runs empty");
    // A class inside a tuple is an argument of a constructor: keep it as an empty object of it.
    this.stack.push(
      items.map((item) =>
        item instanceof Global ? new PickledObject(item.name, []) : this.value(item),
      ),
    );
  }
  private global(module: string, name: string): void {
    const meaning = meanings[`${module} ${name}`];
    if (meaning === undefined) throw this.damaged(`it names ${module}.${name}`);
    this.stack.push(new Global(meaning));
  }
  private remembered(index: number): void {
    const item = this.memo.get(index);
    if (item === undefined) throw this.damaged("it refers to something it never stored");
    this.stack.push(item);
  }

  private step(op: string): void {
    switch (op) {
      case "\x80": // PROTO
        this.at += 1;
        return;
      case "\x95": // FRAME
        this.at += 8;
        return;
      case "(":
        this.stack.push(new Mark());
        return;
      case "0":
        this.pop();
        return;
      case "2":
        this.stack.push(this.peek());
        return;
      case "N":
        this.stack.push(null);
        return;
      case "\x88":
        this.stack.push(true);
        return;
      case "\x89":
        this.stack.push(false);
        return;
      case "I": {
        const word = this.line();
        this.stack.push(word === "00" ? false : word === "01" ? true : Number(word));
        return;
      }
      case "L":
        this.stack.push(Number(this.line().replace(/L$/, "")));
        return;
      case "F":
        this.stack.push(Number(this.line()));
        return;
      case "J":
        this.stack.push(this.uint(4) | 0);
        return;
      case "K":
        this.stack.push(this.uint(1));
        return;
      case "M":
        this.stack.push(this.uint(2));
        return;
      case "G": {
        const value = this.view.getFloat64(this.at);
        this.at += 8;
        this.stack.push(value);
        return;
      }
      case "\x8a": // LONG1
        this.stack.push(bigNumber(this.take(this.uint(1))));
        return;
      case "S":
        this.stack.push(unquote(this.line()));
        return;
      case "V": // raw-unicode-escape
        this.stack.push(
          this.line().replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, four, eight) =>
            String.fromCodePoint(parseInt(String(four ?? eight), 16)),
          ),
        );
        return;
      case "T":
        this.stack.push(this.text(this.uint(4), "latin1"));
        return;
      case "U":
        this.stack.push(this.text(this.uint(1), "latin1"));
        return;
      case "X":
        this.stack.push(this.text(this.uint(4)));
        return;
      case "\x8c":
        this.stack.push(this.text(this.uint(1)));
        return;
      case "\x8d":
        this.stack.push(this.text(this.long()));
        return;
      case "B":
        this.stack.push(this.take(this.uint(4)));
        return;
      case "C":
        this.stack.push(this.take(this.uint(1)));
        return;
      case "\x8e":
      case "\x96":
        this.stack.push(this.take(this.long()));
        return;
      default:
        this.collect(op);
    }
  }

  /** Containers, memo, globals and objects. */
  private collect(op: string): void {
    switch (op) {
      case "]":
        this.stack.push([]);
        return;
      case "l":
      case "t": // tuples are read as lists
        this.stack.push(this.toMark());
        return;
      case ")":
        this.stack.push([]);
        return;
      case "\x85":
        this.tuple(1);
        return;
      case "\x86":
        this.tuple(2);
        return;
      case "\x87":
        this.tuple(3);
        return;
      case "}":
        this.stack.push(new Map());
        return;
      case "d":
        this.stack.push(pairs(this.toMark()));
        return;
      case "a": {
        const item = this.value(this.pop());
        this.list().push(item);
        return;
      }
      case "e": {
        const items = this.toMark();
        this.list().push(...items);
        return;
      }
      case "s": {
        const item = this.value(this.pop());
        const key = this.value(this.pop());
        this.dict().set(key, item);
        return;
      }
      case "u": {
        const items = pairs(this.toMark());
        const dict = this.dict();
        for (const [key, item] of items) dict.set(key, item);
        return;
      }
      case "p":
        this.memo.set(Number(this.line()), this.peek());
        return;
      case "q":
        this.memo.set(this.uint(1), this.peek());
        return;
      case "r":
        this.memo.set(this.uint(4), this.peek());
        return;
      case "\x94": // MEMOIZE
        this.memo.set(this.memo.size, this.peek());
        return;
      case "g":
        this.remembered(Number(this.line()));
        return;
      case "h":
        this.remembered(this.uint(1));
        return;
      case "j":
        this.remembered(this.uint(4));
        return;
      case "c": {
        const module = this.line();
        this.global(module, this.line());
        return;
      }
      case "\x93": {
        const name = String(this.value(this.pop()));
        this.global(String(this.value(this.pop())), name);
        return;
      }
      case "R":
      case "\x81": {
        const args = this.value(this.pop());
        const callee = this.pop();
        if (!(callee instanceof Global) || !Array.isArray(args)) throw this.damaged("a wrong call");
        this.stack.push(this.call(callee.name, args));
        return;
      }
      case "b": {
        const state = this.value(this.pop());
        const object = this.peek();
        if (object instanceof PickledObject) object.state = state;
        else if (!(object instanceof Map)) throw this.damaged("state for something without state");
        return;
      }
      default:
        throw this.damaged(`it has the unknown step ${op.charCodeAt(0)} at byte ${this.at - 1}`);
    }
  }

  private list(): Pickled[] {
    const list = this.peek();
    if (!Array.isArray(list)) throw this.damaged("an element without its list");
    return list;
  }
  private dict(): Map<Pickled, Pickled> {
    const dict = this.peek();
    if (!(dict instanceof Map)) throw this.damaged("an entry without its dict");
    return dict;
  }

  private call(name: string, args: readonly Pickled[]): Pickled {
    const [first, second] = args;
    switch (name) {
      case "reconstruct":
        return new PickledObject("ndarray", []);
      case "reconstructor":
        return new PickledObject(first instanceof PickledObject ? first.className : "object", []);
      case "encode": // Python 3 writes bytes for Python 2 as latin1 text
        return Uint8Array.from(String(first), (symbol) => symbol.charCodeAt(0) & 255);
      case "defaultdict":
      case "dict":
        return Array.isArray(first) ? pairs(first.flatMap((pair) => pair as Pickled[])) : new Map();
      case "list":
        return Array.isArray(first) ? [...first] : [];
      case "int":
        return Number(first ?? 0);
      case "scalar":
        return scalarOf(first ?? null, second ?? null, this.label);
      default:
        return new PickledObject(name, args);
    }
  }
}

function pairs(items: readonly Pickled[]): Map<Pickled, Pickled> {
  const map = new Map<Pickled, Pickled>();
  for (let k = 0; k + 1 < items.length; k += 2) map.set(items[k] ?? null, items[k + 1] ?? null);
  return map;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bigNumber(bytes: Uint8Array): number {
  let value = 0n;
  for (let k = bytes.length - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[k] ?? 0);
  return Number(bytes.length > 0 ? BigInt.asIntN(8 * bytes.length, value) : 0n);
}

/** The repr of a Python 2 string: quotes and backslash escapes. */
function unquote(line: string): string {
  return line
    .trim()
    .slice(1, -1)
    .replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, escape: string) => {
      if (escape.startsWith("x")) return String.fromCharCode(parseInt(escape.slice(1), 16));
      return { n: "\n", r: "\r", t: "\t", 0: "\0" }[escape] ?? escape;
    });
}

/** The NumPy type string of a pickled dtype, e.g. "<f4". */
function typeString(dtype: Pickled): string {
  if (!(dtype instanceof PickledObject) || dtype.className !== "dtype") return "?";
  const order = Array.isArray(dtype.state) ? dtype.state[1] : "<";
  return `${order === ">" ? ">" : order === "|" ? "|" : "<"}${String(dtype.args[0])}`;
}

function asBytes(data: Pickled): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return Uint8Array.from(String(data ?? ""), (symbol) => symbol.charCodeAt(0) & 255);
}

function scalarOf(dtype: Pickled, data: Pickled, label: string): number {
  return Number(decode(typeString(dtype), [], false, asBytes(data), label).data[0] ?? 0);
}

/** Reads raw elements through the .npy reader, so both formats know the same element types. */
function decode(
  descr: string,
  shape: readonly number[],
  fortran: boolean,
  data: Uint8Array,
  label: string,
): NdArray {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${dims}), }\n`;
  const bytes = new Uint8Array(10 + header.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(data, 10 + header.length);
  return readNpy(bytes, label);
}

/** A pickled NumPy array; SgnnError R235 when the value is something else. */
export function arrayOf(value: Pickled | undefined, label: string): NdArray {
  if (
    value instanceof PickledObject &&
    value.className === "ndarray" &&
    Array.isArray(value.state)
  ) {
    const [, shape, dtype, fortran, data] = value.state;
    if (Array.isArray(shape)) {
      return decode(
        typeString(dtype ?? null),
        shape.map(Number),
        fortran === true || fortran === 1,
        asBytes(data ?? null),
        label,
      );
    }
  }
  throw dataError(
    "R235",
    `${label} is not a NumPy array`,
    "a Planetoid file holds one NumPy array or one SciPy csr matrix",
    "check that the files belong together",
  );
}

/** A pickled SciPy csr matrix, or a dense array, as dense rows. */
export function rowsOf(
  value: Pickled,
  label: string,
): { shape: [number, number]; data: Float32Array } {
  if (
    !(value instanceof PickledObject) ||
    value.className !== "csr" ||
    !(value.state instanceof Map)
  ) {
    const array = arrayOf(value, label);
    const [rows = 0, columns = 1] = array.shape;
    return { shape: [rows, columns], data: Float32Array.from(array.data as ArrayLike<number>) };
  }
  const { state } = value;
  const shape = state.get("_shape") ?? state.get("shape");
  const data = arrayOf(state.get("data"), label);
  const indices = arrayOf(state.get("indices"), label);
  const starts = arrayOf(state.get("indptr"), label);
  const [rows = 0, columns = 0] = Array.isArray(shape) ? shape.map(Number) : [];
  const dense = new Float32Array(rows * columns);
  const fits =
    starts.data.length === rows + 1 &&
    indices.data.length === data.data.length &&
    Number(starts.data[rows]) === indices.data.length;
  for (let row = 0; row < rows && fits; row++) {
    const [from, to] = [Number(starts.data[row]), Number(starts.data[row + 1])];
    if (!(from >= 0 && from <= to && to <= indices.data.length)) throw brokenRows(label);
    for (let k = from; k < to; k++) {
      const column = Number(indices.data[k]);
      if (!(column >= 0 && column < columns)) throw brokenRows(label);
      const at = row * columns + column;
      dense[at] = (dense[at] ?? 0) + Number(data.data[k]);
    }
  }
  if (!fits) throw brokenRows(label);
  return { shape: [rows, columns], data: dense };
}

function brokenRows(label: string): Error {
  return dataError(
    "R235",
    `${label} holds a csr matrix that contradicts itself`,
    "row starts, column numbers and values of a sparse matrix must fit together",
    "copy or download the file again",
  );
}
