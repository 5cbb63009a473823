/** Writes a WebAssembly module of one function, with vectors: https://webassembly.github.io/spec/core/binary. */

/** Value types. */
export const I32 = 0x7f;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** Instructions, by the names of the specification. */
const PLAIN = {
  loop: [0x03, 0x40],
  end: [0x0b],
  "i32.eqz": [0x45],
  "i32.eq": [0x46],
  "i32.lt_s": [0x48],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "i32.mul": [0x6c],
  "i32.shl": [0x74],
  "f64.add": [0xa0],
  "f64.promote_f32": [0xbb],
  "f64x2.splat": [0xfd, 0x14],
  "f64x2.lane0": [0xfd, 0x21, 0],
  "f64x2.lane1": [0xfd, 0x21, 1],
  "f64x2.eq": [0xfd, 0x47],
  "f64x2.ne": [0xfd, 0x48],
  "f64x2.lt": [0xfd, 0x49],
  "f64x2.gt": [0xfd, 0x4a],
  "f64x2.le": [0xfd, 0x4b],
  "f64x2.ge": [0xfd, 0x4c],
  "v128.not": [0xfd, 0x4d],
  "v128.and": [0xfd, 0x4e],
  "v128.or": [0xfd, 0x50],
  "v128.bitselect": [0xfd, 0x52],
  "f64x2.abs": [0xfd, 0xec, 0x01],
  "f64x2.neg": [0xfd, 0xed, 0x01],
  "f64x2.sqrt": [0xfd, 0xef, 0x01],
  "f64x2.add": [0xfd, 0xf0, 0x01],
  "f64x2.sub": [0xfd, 0xf1, 0x01],
  "f64x2.mul": [0xfd, 0xf2, 0x01],
  "f64x2.div": [0xfd, 0xf3, 0x01],
  "f64x2.min": [0xfd, 0xf4, 0x01],
  "f64x2.max": [0xfd, 0xf5, 0x01],
  "f64x2.promote_low": [0xfd, 0x5f],
  "f32x4.demote": [0xfd, 0x5e],
  // Loads and stores, without alignment and offset.
  "f32.load": [0x2a, 0, 0],
  "f64.load": [0x2b, 0, 0],
  "f64.store": [0x39, 0, 0],
  "v128.load": [0xfd, 0x00, 0, 0],
  "v128.store": [0xfd, 0x0b, 0, 0],
  "v128.load64_zero": [0xfd, 0x5d, 0, 0],
  "v128.store64_lane0": [0xfd, 0x5b, 0, 0, 0],
} as const;
export type Instruction = keyof typeof PLAIN;

/** The code of a function and its locals, the parameters first. */
export class FunctionWriter {
  private readonly parameters: number[] = [];
  private readonly locals: number[] = [];
  private readonly code: number[] = [];

  /** @returns the index of the parameter; to be called before any `local` */
  parameter(type: number): number {
    return this.parameters.push(type) - 1;
  }
  local(type: number): number {
    return this.parameters.length + this.locals.push(type) - 1;
  }

  put(...instructions: readonly Instruction[]): void {
    for (const one of instructions) this.code.push(...PLAIN[one]);
  }
  get(local: number): void {
    this.code.push(0x20, ...unsigned(local));
  }
  set(local: number): void {
    this.code.push(0x21, ...unsigned(local));
  }
  /** Leaves the value on the stack too. */
  tee(local: number): void {
    this.code.push(0x22, ...unsigned(local));
  }
  int(value: number): void {
    this.code.push(0x41, ...signed(value));
  }
  /** The same number in both lanes. */
  pair(value: number): void {
    const bytes = [...new Uint8Array(new Float64Array([value]).buffer)];
    this.code.push(0xfd, 0x0c, ...bytes, ...bytes);
  }
  /** Runs the innermost loop again when the top of the stack is not 0, and ends it otherwise. */
  repeat(): void {
    this.code.push(0x0d, 0, ...PLAIN.end);
  }

  /**
   * The module: imports `env.memory`, exports the function as `run`.
   * @param results types of what the code leaves on the stack
   */
  module(results: readonly number[]): Uint8Array {
    const type = [
      0x60,
      ...list(this.parameters.map((one) => [one])),
      ...list(results.map((r) => [r])),
    ];
    const memory = [...text("env"), ...text("memory"), 0x02, 0x00, 0x00];
    const locals = list(this.locals.map((one) => [1, one]));
    const body = [...locals, ...this.code, ...PLAIN.end];
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list([type])),
      ...section(2, list([memory])),
      ...section(3, list([[0]])),
      ...section(7, list([[...text("run"), 0x00, 0x00]])),
      ...section(10, list([[...unsigned(body.length), ...body]])),
    ]);
  }
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return [value.length, ...[...value].map((letter) => letter.charCodeAt(0))];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const isLast = value >= -0x40 && value < 0x40;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
