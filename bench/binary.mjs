// Packed bits against float32 on the same machine, one thread each:
//   - the product of two 1024 x 1024 matrices of signs: exclusive or and counts, against TensorFlow.js' wasm product,
//   - the 20 nearest of 1024 rows of 128 signs: counting selection on Hamming distances, against the distances by a
//     float product (TensorFlow.js, wasm) and the same selection in TypeScript,
//   - an edge convolution (N 1024, k 20, 128 -> 128 channels) with its maximum and threshold in one pass, against the
//     factorised float product (two products on nodes) with a maximum over the neighbours in TypeScript.
// Prints the median and the least of 15 runs in milliseconds, and the ratio of the medians.
// Usage: node bench/binary.mjs   (build first)
import * as tf from "@tensorflow/tfjs-core";
import * as sg from "../dist/runtime/index.js";

await sg.useBackend("wasm");
const rng = sg.Rng.of(1, "bench");
const signs = (count) =>
  Float32Array.from({ length: count }, () => (rng.integer(2) === 0 ? -1 : 1));

function measure(run) {
  run();
  const times = Array.from({ length: 15 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return { median: times[7], least: times[0] };
}

const rows = [];
function compare(name, packed, float) {
  const bits = measure(packed);
  const real = measure(float);
  const fixed = (value) => value.toFixed(2);
  rows.push({
    what: name,
    "packed ms": fixed(bits.median),
    "(least)": fixed(bits.least),
    "float ms": fixed(real.median),
    "(least) ": fixed(real.least),
    ratio: fixed(real.median / bits.median),
    "ratio of least": fixed(real.least / bits.least),
  });
}

{
  const n = 1024;
  const [a, b] = [signs(n * n), signs(n * n)];
  const x = sg.packSigns(a, n, n);
  const w = sg.packSigns(b, n, n);
  const [p, q] = [tf.tensor2d(a, [n, n]), tf.tensor2d(b, [n, n])];
  compare(
    "product 1024 x 1024 x 1024",
    () => sg.bitProduct(x, w),
    () => tf.tidy(() => tf.matMul(p, q).dataSync()),
  );
}
{
  const [n, width, k] = [1024, 128, 20];
  const values = signs(n * width);
  const x = sg.packSigns(values, n, width);
  const pointers = Int32Array.of(0, n);
  const g = sg.createGraph({ edgeIndex: { sources: [], targets: [] }, nodeCount: n });
  const run = sg.createRun();
  const t = tf.tensor2d(values, [n, width]);
  compare(
    "20 nearest of 1024 rows of 128",
    () => sg.hammingNearest(x, pointers, k),
    () => tf.tidy(() => sg.knn(g, t, k, "hamming", run)),
  );
}
{
  const [n, width, k, channels] = [1024, 128, 20, 128];
  const values = signs(n * width);
  const weights = signs(2 * width * channels);
  const near = Int32Array.from({ length: n * k }, () => rng.integer(n));
  const x = sg.packSigns(values, n, width);
  const wEdge = sg.packColumns(weights.subarray(0, width * channels), width, channels);
  const wNode = sg.packColumns(weights.subarray(width * channels), width, channels);
  const thresholds = { values: new Int32Array(channels), falls: new Uint8Array(channels) };
  const t = tf.tensor2d(values, [n, width]);
  const w1 = tf.tensor2d(weights.subarray(0, width * channels), [width, channels]);
  const w2 = tf.tensor2d(weights.subarray(width * channels), [width, channels]);
  const out = new Float32Array(n * channels);
  compare(
    "edge convolution 1024, 20, 128 -> 128",
    () => sg.edgeBits(x, near, k, wEdge, wNode, thresholds),
    () =>
      tf.tidy(() => {
        const [target, source] = [tf.matMul(t, w1).dataSync(), tf.matMul(t, w2).dataSync()];
        for (let i = 0; i < n; i++) {
          for (let c = 0; c < channels; c++) {
            let best = -Infinity;
            for (let e = 0; e < k; e++)
              best = Math.max(best, source[near[i * k + e] * channels + c]);
            out[i * channels + c] = best + target[i * channels + c];
          }
        }
      }),
  );
}
console.table(rows);
