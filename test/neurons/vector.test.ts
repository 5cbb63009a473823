/** Loops in vectors beside the functions they are translated from: the same bits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toJavaScript } from "../../compiler/emit/javascript.js";
import { compileSource } from "../../compiler/index.js";
import type { NeuronIr } from "../../compiler/ir/ir.js";
import { privateHeap } from "../../runtime/kernels/wasm/heap.js";
import { runInVectors } from "../../runtime/neurons/vector/index.js";
import { bin, lif, num, param, ref } from "./examples.js";
import { ARITHMETIC, call, loopFor, neurons, numbersFor } from "./random.js";
import { compileLoops, type Loop, type Loops } from "./run.js";

const heap = privateHeap();

/** A loop whose arrays are copies of those of another, in the heap. */
function inHeap(loop: Loop): Loop {
  const floats = (values: Float32Array): Float32Array => {
    const view = heap.floats(heap.allocate(values.byteLength + 8), values.length);
    view.set(values);
    return view;
  };
  const list = (arrays: Float32Array[]): Float32Array[] => arrays.map(floats);
  return {
    ...loop,
    inputs: list(loop.inputs),
    parameters: list(loop.parameters),
    output: floats(loop.output),
    trace: list(loop.trace),
    outputGradient: floats(loop.outputGradient),
    inputGradients: list(loop.inputGradients),
    parameterGradients: loop.parameterGradients.map((sums) => newArray(sums.length)),
  };
}

function newArray(size: number): Float64Array {
  return new Float64Array(heap.memory.buffer, heap.allocate(8 * size), size).fill(0);
}

/** Whether both loops have a vector form; then everything they write is compared with what the functions write. */
function sameBits(neuron: NeuronIr, loops: Loops, seed: number): boolean {
  const plain = loopFor(neuron, numbersFor(neuron, seed));
  const vector = inHeap(plain);
  const count = loops.forward(plain);
  loops.backward(plain);
  const forward = runInVectors(loops.forward, vector, heap, newArray);
  if (!forward) return false;
  expect(forward.value, loops.text).toBe(count);
  const backward = runInVectors(loops.backward, vector, heap, newArray);
  if (!backward) return false;
  const all = ({ output, trace, inputGradients, parameterGradients }: Loop): number[][] =>
    [output, ...trace, ...inputGradients, ...parameterGradients].map((values) => [...values]);
  expect(all(vector), loops.text).toEqual(all(plain));
  return true;
}

describe("loops in vectors", () => {
  it("write what the functions write, bit for bit, on random neurons of arithmetic", () => {
    let translated = 0;
    fc.assert(
      fc.property(neurons(ARITHMETIC), fc.integer({ min: 0, max: 1 << 30 }), (neuron, seed) => {
        translated += Number(sameBits(neuron, compileLoops(neuron), seed));
      }),
      { numRuns: 120 },
    );
    // About a third; the others have a surrogate with an exponential, or a state that starts with a formula.
    expect(translated).toBeGreaterThan(10);
  });

  it("exist for leaky neurons with soft reset, with parameters per channel and shared", () => {
    for (const per of ["channel", "shared"] as const) {
      for (const learn of [true, false]) {
        const neuron = lif({
          params: [param("beta", learn, per), param("threshold", !learn, per)],
        });
        expect(sameBits(neuron, compileLoops(neuron), 11)).toBe(true);
      }
    }
  });

  it("exist for the neurons of the standard library, but for the surrogate with an exponential", async () => {
    for (const name of ["LIF", "IF", "ALIF", "CubaLIF", "VSN", "PLIF"]) {
      const source = `model M(x: real[T, N, 4]) -> real[T, N, 4] { return over time x { x |> ${name} } }`;
      const host = { read: () => undefined };
      const made = await compileSource({ file: "m.sgnn", source, host, hash: "", version: "" });
      const text = await toJavaScript(made.text ?? "");
      for (const direction of ["forward", "backward"]) {
        const part = new RegExp(`function ${direction}${name}[^]*?\\n}\\n`).exec(text)?.[0] ?? "";
        const loop = new Function(`return ${part}`)() as (loop: Loop) => void;
        const of = (count: number, size: number): Float32Array[] =>
          Array.from({ length: count }, () => new Float32Array(size).fill(0.5));
        const given = inHeap({
          ...{ steps: 2, units: 4, channels: 4, inputs: of(1, 8), inputStride: [4] },
          ...{ parameters: of(4, 4), parameterStride: [1, 1, 1, 1], trace: of(2, 12) },
          ...{ output: of(1, 8)[0], outputGradient: of(1, 8)[0], spikesGradient: 0 },
          inputGradients: of(1, 8),
          parameterGradients: Array.from({ length: 4 }, () => new Float64Array(4)),
        });
        const found = runInVectors(loop, given, heap, newArray) !== undefined;
        expect([name, direction, found]).toEqual([name, direction, name !== "PLIF"]);
      }
    }
  });

  it("do not exist for functions that processors have no instruction for, nor for odd widths", () => {
    const soft = lif({ emit: { above: call("exp", ref("v")), below: undefined, line: 6 } });
    expect(sameBits(soft, compileLoops(soft), 1)).toBe(false);
    const loops = compileLoops(lif());
    const odd = inHeap({ ...loopFor(lif(), numbersFor(lif(), 1)), units: 3, channels: 3 });
    const before = [...odd.output];
    expect(runInVectors(loops.forward, odd, heap, newArray)).toBeUndefined();
    expect([...odd.output]).toEqual(before);
  });

  it("do not exist for a function of another form", () => {
    const loop = inHeap(loopFor(lif(), numbersFor(lif(), 1)));
    const written = (): number => 0;
    expect(runInVectors(written, loop, heap, newArray)).toBeUndefined();
    expect(runInVectors(Math.max, loop, heap, newArray)).toBeUndefined();
  });

  it("keep a state that is set where no spike may fall", () => {
    const neuron = lif({
      resets: [{ state: "v", value: bin(num(1), "/", ref("v")), detached: false, line: 5 }],
    });
    expect(sameBits(neuron, compileLoops(neuron), 3)).toBe(true);
  });
});
