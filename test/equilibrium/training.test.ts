/** `sgnnc train` on a block whose solve is cut short. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
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

async function train(failed: string) {
  const home = folder();
  writeFileSync(join(home, "net.sgnn"), source(failed));
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
