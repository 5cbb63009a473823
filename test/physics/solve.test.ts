import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadGenerated, type GeneratedModule } from "../../compiler/cli/generated.js";
import { compileSource } from "../../compiler/compile.js";
import { toJavaScript } from "../../compiler/emit/index.js";
import { solve } from "../../runtime/physics/solve.js";
import type { SolverExperiment } from "../../runtime/physics/spec.js";
import { loadCheckpoint } from "../../runtime/train/checkpoint.js";
import { useBackend } from "../../runtime/tensor/backend.js";

const source = `problem Poisson {
  domain   x in [-1, 1]
  field    u(x)
  equation -d(u, x, x) = pi ^ 2 * sin(pi * x)
  boundary u(-1) = 0, u(1) = 0
  exact    u = sin(pi * x)
  sample   interior 64 grid, boundary 2
}
model Net solves Poisson { over (x) { Dense<10> |> tanh |> Dense<10> |> tanh |> Dense<1> } }
train Net on Poisson { optimize adam(rate: 5e-3) then lbfgs(most: 300) epochs 200 }

problem Periodic {
  domain   x in [0, 2 * pi], y in [0, 1]
  field    u(x, y)
  equation d(u, x, x) + d(u, y, y) = exact
  boundary u(0, y) = u(2 * pi, y), d(u(0, y), x) = exact, u(x, 0) = exact, d(u(x, 1), y) = exact
  exact    u = sin(x) * exp(-y)
  sample   interior 512, boundary 200 latin
  weights  adaptive(every: 50)
}
model Ring solves Periodic { separable rank 4 over x, y { Dense<12> |> sin |> Dense<12> |> sin } }
train Ring on Periodic { optimize adam(rate: 5e-3) then lbfgs(most: 200) epochs 300 }
`;

let module: GeneratedModule;
const folder = mkdtempSync(join(tmpdir(), "sgnn-solve-"));
const backend = { name: "cpu" };

beforeAll(async () => {
  await useBackend("cpu");
  const input = {
    file: "poisson.sgnn",
    source,
    hash: "h",
    version: "0",
    host: { read: () => undefined },
  };
  const { text, diagnostics } = await compileSource(input);
  expect(diagnostics).toEqual([]);
  module = await loadGenerated(await toJavaScript(text ?? ""));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function solver(name: string): SolverExperiment {
  return module.solvers.find((one) => one.name === name)!;
}

describe("training a solver", () => {
  it("solves Poisson's equation, and writes a run", async () => {
    const out = join(folder, "poisson");
    const events: string[] = [];
    const result = await solve(solver("Net"), {
      ...{ seed: 1, backend, folder: out },
      onProgress: ({ parts }) => events.push(Object.keys(parts ?? {}).join()),
    });
    expect(result.status).toBe("finished");
    expect(result.metrics["test"]!["relative_l2"]).toBeLessThan(1e-4);
    expect(events[0]).toBe("interior,boundary 1,boundary 2");
    expect(existsSync(join(out, "weights.safetensors"))).toBe(true);
    const record = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as Record<
      string,
      unknown
    >;
    expect(record["metrics"]).toEqual(result.metrics);
  });

  it("is the same for the same seed, and goes on from a checkpoint to the same numbers", async () => {
    const whole = await solve(solver("Net"), { seed: 2, backend, epochs: 60 });
    const abort = new AbortController();
    const out = join(folder, "resumed");
    const part = await solve(solver("Net"), {
      ...{ seed: 2, backend, epochs: 60, folder: out, signal: abort.signal },
      onProgress: ({ epoch }) => epoch === 25 && abort.abort(),
    });
    expect(part.status).toBe("interrupted");
    const rest = await solve(solver("Net"), {
      seed: 2,
      backend,
      epochs: 60,
      folder: out,
      resume: true,
    });
    expect(rest.metrics).toEqual(whole.metrics);
    expect(rest.weights).toEqual(whole.weights);
  });

  it("stops at a loss that is no number, and keeps the weights of the step before", async () => {
    const experiment = solver("Net");
    const [term] = experiment.problem.terms;
    let calls = 0;
    const broken: SolverExperiment = {
      ...experiment,
      problem: {
        ...experiment.problem,
        terms: [
          {
            ...term!,
            evaluate(block, scale) {
              term!.evaluate(block, scale);
              calls += 1;
              if (calls > 10) block.residuals[0]![0] = NaN;
            },
          },
        ],
      },
    };
    const out = join(folder, "diverged");
    const result = await solve(broken, { seed: 1, backend, folder: out });
    expect(result.status).toBe("diverged");
    // The checkpoint is the last good one, too: training can go on from it once the cause is gone.
    const kept = loadCheckpoint(out, {
      ...{ experiment: "Net", sourceHash: experiment.source!.hash, seed: 1, backend: "cpu" },
    });
    const values = [...kept!.checkpoint.model.values()].flatMap((one) => [...one]);
    expect(values.length).toBeGreaterThan(100);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(result.message).toMatch(
      /the loss became NaN at step \d+\. .*the weights of the step before were kept/,
    );
    for (const { data } of result.weights.values()) {
      expect([...data].every((value) => Number.isFinite(value))).toBe(true);
    }
  });

  it("solves a periodic problem with Neumann values by a separable network and adaptive weights", async () => {
    const result = await solve(solver("Ring"), { seed: 1, backend });
    expect(result.status).toBe("finished");
    expect(result.metrics["test"]!["relative_l2"]).toBeLessThan(0.02);
  });
});
