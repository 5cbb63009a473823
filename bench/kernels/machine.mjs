/**
 * What one thread of this machine can do, as JSON:
 * - `bytesPerMs`: a triad a = b + s c over arrays larger than the caches (McCalpin's STREAM), three words an element;
 * - `wasmOperationsPerMs`: multiplications and additions of four floats in registers, which is all that WebAssembly
 *   has without relaxed instructions;
 * - `operationsPerMs`: the same for native code with fused multiply-add, as the large dense product of libtensorflow
 *   reaches it; the WebAssembly rate where that is not installed.
 */
import asc from "assemblyscript/asc";
import { dist } from "../common/compile.mjs";

const ELEMENTS = 2 ** 24;
const LOOPS = 2 ** 22;
const CHAINS = 12;

const chain = (make) => Array.from({ length: CHAINS }, (_, k) => make(k)).join("\n");
const SOURCE = `
export function triad(a: usize, b: usize, c: usize, bytes: usize): void {
  const s = f32x4.splat(3);
  for (let k: usize = 0; k < bytes; k += 16) {
    v128.store(a + k, f32x4.add(v128.load(b + k), f32x4.mul(s, v128.load(c + k))));
  }
}
export function multiply(loops: i32): f32 {
  const x = f32x4.splat(0.999), y = f32x4.splat(0.001);
  ${chain((k) => `let a${k} = f32x4.splat(${k});`)}
  for (let k = 0; k < loops; k++) {
    ${chain((k) => `a${k} = f32x4.add(f32x4.mul(a${k}, x), y);`)}
  }
  ${chain((k) => (k === 0 ? "let sum = a0;" : `sum = f32x4.add(sum, a${k});`))}
  return f32x4.extract_lane(sum, 0);
}
`;

async function wasm() {
  const { binary, stderr } = await asc.compileString(SOURCE, {
    runtime: "stub",
    importMemory: true,
    initialMemory: 0,
    noExportMemory: true,
    enable: ["simd"],
    optimizeLevel: 3,
    noAssert: true,
  });
  if (!binary) throw new Error(String(stderr));
  const memory = new WebAssembly.Memory({ initial: (3 * 4 * ELEMENTS) / 65536 + 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {
    env: { memory, abort: () => undefined },
  });
  return exports;
}

/** The shortest of several times, in milliseconds. */
function best(work, times = 9) {
  let least = Infinity;
  for (let k = 0; k < times; k++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const { triad, multiply } = await wasm();
const bytes = 4 * ELEMENTS;
const bytesPerMs = (3 * bytes) / best(() => triad(64, 64 + bytes, 64 + 2 * bytes, bytes));
const wasmOperationsPerMs = (LOOPS * CHAINS * 4 * 2) / best(() => multiply(LOOPS));
const result = { bytesPerMs, wasmOperationsPerMs, operationsPerMs: wasmOperationsPerMs };
const sg = await dist("runtime/index.js");
try {
  await sg.useBackend("tensorflow");
  const tf = await import("@tensorflow/tfjs-core");
  const [a, b] = [tf.randomNormal([1024, 1024]), tf.randomNormal([1024, 1024])];
  const ms = best(() => tf.matMul(a, b).dispose());
  result.operationsPerMs = Math.max(wasmOperationsPerMs, (2 * 1024 ** 3) / ms);
} catch {
  console.error("libtensorflow is not installed: the rate is that of WebAssembly");
}
process.stdout.write(JSON.stringify(result));
