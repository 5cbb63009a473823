/**
 * The numeric oracles: arrays computed by the field's reference libraries, kept beside the repository
 * (`../shared/oracles`, or the folder in SGNN_ORACLES). Tests skip, and say so, where it is absent.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe } from "vitest";
import { toFloat32, toInt32, type NdArray } from "../../runtime/data/ndarray.js";
import { readNpzFile } from "../../runtime/data/npz.js";

const folder =
  process.env["SGNN_ORACLES"] ?? fileURLToPath(new URL("../../../shared/oracles", import.meta.url));

/** `describe` where the oracles are present, else a skipped group that says what is missing. */
export function describeOracles(name: string, body: () => void): void {
  if (existsSync(join(folder, "index.json"))) describe(name, body);
  else {
    describe.skip(`${name} (skipped: no oracles; set SGNN_ORACLES to their folder)`, body);
  }
}

/** One case: arrays by name, e.g. `in.x`, `param.bias`, `grad.x`. */
export class Oracle {
  private readonly arrays: Map<string, NdArray>;

  constructor(name: string) {
    this.arrays = readNpzFile(join(folder, `${name}.npz`));
  }

  get names(): string[] {
    return [...this.arrays.keys()];
  }

  has(name: string): boolean {
    return this.arrays.has(name);
  }

  shape(name: string): readonly number[] {
    return this.array(name).shape;
  }

  floats(name: string): Float32Array {
    return toFloat32(this.array(name));
  }

  /** In the precision of the file. */
  doubles(name: string): Float64Array {
    return Float64Array.from(this.array(name).data, Number);
  }

  ints(name: string): Int32Array {
    return toInt32(this.array(name));
  }

  tensor(name: string): Tensor {
    return tf.tensor(this.floats(name), [...this.shape(name)], "float32");
  }

  private array(name: string): NdArray {
    const found = this.arrays.get(name);
    if (!found) throw new Error(`the oracle has no ${name}, only ${this.names.join(", ")}`);
    return found;
  }
}
