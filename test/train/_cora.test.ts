import { it } from "vitest";
import { train } from "../../runtime/train/trainer.js";
import { useBackend, type BackendName } from "../../runtime/tensor/backend.js";
import { classifier } from "./models.js";
it("cora", async () => {
  const b = await useBackend((process.env.B as BackendName) ?? "wasm");
  const seeds = Number(process.env.S ?? 1);
  const epochs = Number(process.env.E ?? 200);
  const accs: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const r = await train(
      classifier(
        {
          name: "Cora",
          files: [{ path: "cora.npz" }],
          graph: {
            name: "g",
            nodes: [{ name: "x", source: { tag: "array", name: "x" } }],
            connections: { tag: "array", name: "edge_index" },
            edges: [],
          },
          samples: [{ name: "target", source: { tag: "array", name: "y" } }],
          split: { rule: "given", train: "train_mask", validation: "val_mask", test: "test_mask" },
          scale: [{ name: "x", method: "rows" }],
        },
        { in: 1433, hidden: 16, out: 7 },
        { select: process.env.SEL ?? "loss" },
      ),
      { seed, epochs, baseFolder: "../shared/data", backend: b },
    );
    accs.push(r.metrics.test!.accuracy!);
    console.log(
      seed,
      r.message,
      JSON.stringify(r.metrics),
      (r.secondsPerEpoch * 1000).toFixed(1),
      "ms/epoch",
      JSON.stringify(r.history.at(-1)),
    );
  }
  console.log("mean", accs.reduce((a, b) => a + b, 0) / accs.length);
}, 600000);
