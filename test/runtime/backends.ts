/** Runs a group of tests on every backend of this machine. */
import type * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe } from "vitest";
import { useBackend, type BackendName } from "../../runtime/index.js";
import { nativeEntries } from "../../runtime/tensor/backend.js";

/** The groups are named "wasm", "cpu" and "tensorflow"; the last says so where it is skipped. */
export function onEveryBackend(body: (backend: BackendName) => void): void {
  for (const backend of ["wasm", "cpu", "tensorflow"] as const) {
    if (backend === "tensorflow" && nativeEntries().length === 0) {
      describe.skip("tensorflow (skipped: @tensorflow/tfjs-node is absent, see `npm run native`)", () =>
        body(backend));
      continue;
    }
    describe(backend, () => {
      beforeAll(async () => {
        await useBackend(backend);
      });
      body(backend);
    });
  }
}

/** The values of a tensor, which is disposed. */
export function read(tensor: tf.Tensor): number[] {
  const values = [...tensor.dataSync()];
  tensor.dispose();
  return values;
}
