/**
 * Dense matrix products in all transpositions; each is the derivative of another, so they are differentiable
 * to any order.
 *
 * A left operand that is mostly 0 (spikes, trits, graded events, word lists) is found out at run time: in
 * WebAssembly the product then costs what its events cost, forward and in the gradient of the right operand.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "./kernel.js";
import { typeAttribute } from "./native.js";
import { dense, type DenseAttributes } from "./reference/dense.js";
import type { WasmCall } from "./wasm/call.js";

/** What `dense.wasm` exports; see `wasm/assembly/dense`. */
interface DenseModule {
  productScratch(m: number, n: number, k: number): number;
  product(...addressesAndSizes: number[]): void;
  countEvents(x: number, size: number, most: number): number;
  eventScratch(rows: number, inner: number, count: number): number;
  eventProduct(...addressesAndSizes: number[]): void;
  eventProductTransposed(...addressesAndSizes: number[]): void;
}

/**
 * Share of values that are not 0 below which the product over events is the faster one, measured for
 * [8000, 512] by [512, 512] with and without fused multiply-add (between 0.45 and 0.6).
 */
const CROSSING = 0.45;
/** Counting the events of x [m, k] pays when each of them stands for so many terms. */
const LEAST_COLUMNS = 16;

const product: Kernel<DenseAttributes> = defineKernel({
  name: "DenseProduct",
  outputs: (_inputs, { m, n }) => [{ shape: [m, n] }],
  compute: ([a, b], [y], attributes) => dense(a!, b!, y!, attributes),
  wasm: (_kernels, call, _inputs, attributes) => {
    const module = call.heap.module<DenseModule>("dense");
    if (eventDriven(module, call, attributes)) return;
    const { m, n, k, transposeA, transposeB } = attributes;
    module.product(
      ...[call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, m, n, k],
      ...(transposeA ? [4, 4 * m] : [4 * k, 4]),
      ...(transposeB ? [4, 4 * k] : [4 * n, 4]),
      call.scratch(module.productScratch(m, n, k)),
    );
  },
  staysInMemory: (a, attributes) => isEventDriven(attributes) && a !== undefined && looksSparse(a),
  // `tf.matMul` is a batched product, which oneDNN prepares anew for every shape: mini-batches of graphs rarely have
  // the same number of nodes twice, and small products then take 2 to 20 times as long.
  tensorflow: ([a, b], { transposeA, transposeB }, backend) => [
    backend.executeSingleOutput(
      "MatMul",
      [
        { name: "transpose_a", type: backend.binding["TF_ATTR_BOOL"], value: transposeA },
        { name: "transpose_b", type: backend.binding["TF_ATTR_BOOL"], value: transposeB },
        typeAttribute(backend, "T", "float32"),
      ],
      [a!, b!],
    ),
  ],
  gradient: ([dy], [a, b], { transposeA: ta, transposeB: tb }) => [
    () => (ta ? denseProduct(b!, dy!, tb, true) : denseProduct(dy!, b!, false, !tb)),
    () => (tb ? denseProduct(dy!, a!, true, ta) : denseProduct(a!, dy!, !ta, false)),
  ],
});

function isEventDriven({ n, transposeB }: DenseAttributes): boolean {
  return !transposeB && n >= LEAST_COLUMNS;
}

/** An estimate from a few thousand of the values. */
function looksSparse(values: ArrayLike<number>): boolean {
  const step = Math.max(1, Math.floor(values.length / 4096));
  let events = 0;
  let seen = 0;
  // An odd step meets all columns of a matrix with an even number of them.
  for (let k = 0; k < values.length; k += step | 1, seen++) if (values[k] !== 0) events++;
  return events < CROSSING * seen;
}

/** The product over the events of a, if these are few; false when it was not computed. */
function eventDriven(module: DenseModule, call: WasmCall, attributes: DenseAttributes): boolean {
  const { m, n, k, transposeA } = attributes;
  if (!isEventDriven(attributes)) return false;
  const [a, b] = call.inputs as [number, number];
  const count = module.countEvents(a, m * k, Math.floor(CROSSING * m * k));
  if (count < 0) return false;
  const [rows, inner] = transposeA ? [k, m] : [m, k];
  const run = transposeA ? module.eventProductTransposed : module.eventProduct;
  const scratch = call.scratch(module.eventScratch(rows, inner, count));
  run(a, b, call.outputs[0]!, rows, inner, n, count, scratch);
  return true;
}

/**
 * a b for matrices [m, k] and [k, n], each optionally given as its transpose.
 * @param a float32 [m, k], or [k, m] when `transposeA`
 * @param b float32 [k, n], or [n, k] when `transposeB`
 * @returns float32 [m, n]
 */
export function denseProduct(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const m = a.shape[transposeA ? 1 : 0]!;
  const k = a.shape[transposeA ? 0 : 1]!;
  const n = b.shape[transposeB ? 0 : 1]!;
  return product([a, b], { m, n, k, transposeA, transposeB })[0]!;
}
