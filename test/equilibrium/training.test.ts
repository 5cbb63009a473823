/** `sgnnc train` on a block whose solve is cut short. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readSafetensors } from "../../runtime/index.js";
import { folder, sgnnc } from "../cli/support.js";

const source = (failed: string): string => `data Trusses {
  generate trusses(count: 20, seed: 1)
  graph    g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample   target = "stiffness"
  split    random 60 : 20 : 20
}
equilibrium Rest<H>(x: real[N, in], g: graph) -> real[N, H] {
  neuron   IF
  param    w: real[H, H] = orthogonal  contraction 0.9
  param    u: real[in, H] = glorot
  fixpoint a = clip((propagate(g, a) @ w + x @ u) / threshold, 0, 1)
  solve    picard(tolerance: 1e-9, most: 2, failed: ${failed})
  gradient phantom(steps: 2)
}
model Net(g: graph(x: real[N, 5])) -> real[G, 1] {
  let h = g.x |> Rest<8>(g)
  return pool mean h over g |> Dense<1>
}
train Net on Trusses {
  loss     mse(output, target)
  optimize adam(rate: 1e-3)
  epochs   2
  batch    12
  report   mae
}
`;

async function train(failed: string, text = source(failed)) {
  const home = folder();
  writeFileSync(join(home, "net.sgnn"), text);
  const result = await sgnnc(["train", "net.sgnn", "--backend", "cpu", "--out", "run"], home);
  return { ...result, home };
}

it("warns with the number and goes on", async () => {
  const { code, stderr } = await train("warn");
  expect(stderr).toMatch(
    /epoch 1: equilibrium \S+: 1 of 1 solves did not reach their tolerance; the worst, forward in snapshot 0, has residual \d\.\d\de[-+]\d+ after 2 evaluations/,
  );
  expect(code).toBe(0);
}, 60_000);

it("stops when the block says so, before any step", async () => {
  const { code, stderr } = await train("stop");
  expect(stderr).toMatch(/R311[\s\S]*did not reach their tolerance[\s\S]*no step was taken/);
  expect(code).toBe(1);
}, 60_000);

/** A map that blows every difference up ninefold, and no bound that forbids it. */
const divergent = (gradient: string): string =>
  source("warn")
    .replace("  param    w: real[H, H] = orthogonal  contraction 0.9\n", "  unchecked\n")
    .replace(/fixpoint .*/, "fixpoint a = relu(9 * propagate(g, a) + x @ u)")
    .replace(/solve .*/, "solve    picard(tolerance: 1e-6, most: 60)")
    .replace(/gradient .*/, `gradient ${gradient}`);

/** Every number that the run saved. */
function saved(home: string): number[] {
  const file = join(home, "run", "weights.safetensors");
  if (!existsSync(file)) return [];
  const { tensors } = readSafetensors(readFileSync(file), file);
  return [...tensors.values()].flatMap(({ data }) => [...(data as Float32Array)]);
}

it("a map that does not contract is named, and nothing that is no number is saved", async () => {
  const { code, stderr, home } = await train("warn", divergent("implicit(solver: picard)"));
  expect(stderr).toMatch(
    /values overflowed: the map does not contract\. Give its weights a contraction/,
  );
  expect(code).toBe(0);
  const numbers = saved(home);
  expect(numbers.length).toBeGreaterThan(40);
  expect(numbers.every(Number.isFinite)).toBe(true);
}, 60_000);

it("an unrolled map that does not contract ends the training, with the weights before it", async () => {
  const { code, stderr, home } = await train("warn", divergent("unroll(steps: 60)"));
  expect(stderr).toMatch(/R310[\s\S]*the loss became (NaN|Infinity)/);
  expect(code).toBe(1);
  expect(saved(home).every(Number.isFinite)).toBe(true);
}, 60_000);
