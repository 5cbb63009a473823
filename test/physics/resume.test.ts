/** A solver that was stopped anywhere goes on to the numbers of one that never stopped. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadGenerated, type GeneratedModule } from "../../compiler/cli/generated.js";
import { compileSource } from "../../compiler/compile.js";
import { toJavaScript } from "../../compiler/emit/index.js";
import { solve } from "../../runtime/physics/solve.js";
import { useBackend } from "../../runtime/tensor/backend.js";

const problem = (name: string, method: string, weights: string): string => `problem ${name} {
  domain   x in [-1, 1], t in [0, 1]
  field    u(x, t)
  equation d(u, t) - d(u, x, x) = (pi ^ 2 - 1) * exp(-t) * sin(pi * x)
  initial  u(x, 0) = sin(pi * x)
  boundary u(-1, t) = 0, u(1, t) = 0
  exact    u = exp(-t) * sin(pi * x)
  sample   interior 200 ${method}, initial 20, boundary 20
  ${weights}
}
`;
const source = `${problem("Moved", "adaptive(every: 7)", "weights adaptive(every: 5)")}
model MovedNet solves Moved { over (x, t) { Waves<8, frequency: 3> |> tanh |> Dense<8> |> tanh |> Dense<1> } }
train MovedNet on Moved { optimize adam(rate: 5e-3) then broyden(most: 30) epochs 30 }
${problem("Drawn", "uniform(every: 9)", "")}
model DrawnNet solves Drawn { over (x, t) { Dense<8> |> tanh |> Dense<1> } }
train DrawnNet on Drawn { optimize adam(rate: 5e-3) then lbfgs(most: 30, memory: 6) epochs 30 }
`;

let module: GeneratedModule;
const folder = mkdtempSync(join(tmpdir(), "sgnn-resume-"));
const backend = { name: "cpu" };

beforeAll(async () => {
  await useBackend("cpu");
  const host = { read: (): undefined => undefined };
  const input = { file: "heat.sgnn", source, hash: "h", version: "0", host };
  const { text, diagnostics } = await compileSource(input);
  expect(diagnostics).toEqual([]);
  module = await loadGenerated(await toJavaScript(text ?? ""));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(["MovedNet", "DrawnNet"])("%s", (name) => {
  it.each([12, 47])("goes on from step %i", async (stop) => {
    const experiment = module.solvers.find((one) => one.name === name)!;
    const whole = await solve(experiment, { seed: 1, backend });
    expect(whole.epoch).toBe(60);
    const abort = new AbortController();
    const out = join(folder, `${name}-${stop}`);
    const part = await solve(experiment, {
      ...{ seed: 1, backend, folder: out, signal: abort.signal },
      onProgress: ({ epoch }) => epoch === stop && abort.abort(),
    });
    expect(part.status).toBe("interrupted");
    expect(part.epoch).toBe(stop);
    const rest = await solve(experiment, { seed: 1, backend, folder: out, resume: true });
    expect(rest.metrics).toEqual(whole.metrics);
    expect(rest.weights).toEqual(whole.weights);
  });
});
