/** Training holds on to nothing: tensors, and on wasm kernel memory, are as many after hundreds of steps as early on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { afterAll, expect, test, vi } from "vitest";
import * as sg from "../../runtime/index.js";
import { aggregate, propagate, source, symmetricNorm } from "../../runtime/graph/index.js";
import { backendHeap } from "../../runtime/kernels/wasm/backend-heap.js";
import type { Heap } from "../../runtime/kernels/wasm/heap.js";
import { train } from "../../runtime/train/trainer.js";
import { writeCommunities } from "../train/data.js";
import { classifier, type ClassifierInputs } from "../train/models.js";
import { onEveryBackend } from "./backends.js";
import { lif } from "./lif.js";

const STEPS = 4;
const HIDDEN = 6;

/** Convolution, dropout, spiking neurons over four steps, and a convolution of their mean. */
class SpikingClassifier extends sg.Model<ClassifierInputs> {
  private readonly first: sg.Parameter;
  private readonly second: sg.Parameter;
  private readonly neuron: sg.Neuron;

  constructor(scope: sg.Scope) {
    super(scope);
    this.first = scope.parameter("first", [3, HIDDEN], sg.glorot());
    this.second = scope.parameter("second", [HIDDEN, 2], sg.glorot());
    this.neuron = new sg.Neuron(scope.child("lif"), lif, { channels: HIDDEN }, { threshold: 0.3 });
  }

  forward({ g }: ClassifierInputs, run: sg.Run): Tensor {
    const looped = g.withSelfLoops();
    const spread = (x: Tensor): Tensor => propagate(looped, x, "sum", symmetricNorm(looped));
    const current = spread(sg.matMul(sg.dropout(g.nodes.x, 0.3, run), this.first.value));
    const spikes = this.neuron.forward([current], run, { steps: STEPS, held: [true] });
    const rate = tf.mean(sg.splitTime(spikes, STEPS), 0);
    const largest = aggregate(looped, source(looped, sg.dropout(rate, 0.3, run)), ["max"]);
    return spread(sg.matMul(largest, this.second.value));
  }
}

const folder = mkdtempSync(join(tmpdir(), "sgnn-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const data = writeCommunities(folder);

/** Counts the blocks of a heap that were taken and not given back. Its size in pages would hide small leaks. */
function countBlocks(heap: Heap): { live: () => number; stop: () => void } {
  const allocate = vi.spyOn(heap, "allocate");
  const free = vi.spyOn(heap, "free");
  return {
    live: () => allocate.mock.calls.length - free.mock.calls.length,
    stop: () => {
      allocate.mockRestore();
      free.mockRestore();
    },
  };
}

onEveryBackend((backend) => {
  test("tensors, and on wasm the blocks of kernel memory, stay flat over 300 training steps", async () => {
    const before = tf.memory().numTensors;
    const tensors: number[] = [];
    const blocks: number[] = [];
    const counter = backend === "wasm" ? countBlocks(backendHeap()) : undefined;
    const result = await train(
      {
        ...classifier(data, { in: 3, hidden: HIDDEN, out: 2 }, { epochs: 300 }),
        create: (scope) => new SpikingClassifier(scope),
      },
      {
        seed: 1,
        baseFolder: folder,
        backend: { name: backend },
        onProgress: () => {
          tensors.push(tf.memory().numTensors);
          if (counter) blocks.push(counter.live());
        },
      },
    );
    counter?.stop();
    expect(result.status).toBe("finished");
    // The neurons fired and learned, so all kernels of the step were at work.
    expect(result.history.at(-1)!.spike_rate).toBeGreaterThan(0.01);
    expect(result.history.at(-1)!.loss).toBeLessThan(result.history[0]!.loss);
    const settled = 20;
    expect(tensors.length).toBeGreaterThanOrEqual(300);
    expect(new Set(tensors.slice(settled))).toEqual(new Set([tensors[settled]]));
    if (counter) expect(new Set(blocks.slice(settled))).toEqual(new Set([blocks[settled]]));
    expect(tf.memory().numTensors).toBe(before);
  }, 30_000);
});
