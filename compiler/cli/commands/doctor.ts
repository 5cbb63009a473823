/** `sgnnc doctor`: what this machine gives, and how to get a faster backend. */
import { availableParallelism, totalmem } from "node:os";
import { SgnnError } from "../../../runtime/error.js";
import { bestKernels } from "../../../runtime/inference/wasm-kernels.js";
import { useBackend, type BackendInfo, type BackendName } from "../../../runtime/tensor/backend.js";
import type { Command } from "../command.js";
import { exit } from "../errors.js";
import { toolVersion } from "../version.js";

const backends: readonly BackendName[] = ["tensorflow", "wasm", "cpu"];

interface Finding {
  readonly name: BackendName;
  readonly works: boolean;
  readonly detail: string;
  readonly versions: Readonly<Record<string, string>>;
}

export const doctor: Command = {
  parameters: "",
  description: `
Starts each tensor backend and says which one training will use, why, and how to get a faster one; and which
engine applies trained models.`,
  options: { json: { type: "flag", help: "print one JSON document on standard output" } },
  examples: [["sgnnc doctor", "what works on this machine"]],
  least: 0,
  most: 0,
  async run(invocation, terminal) {
    const findings: Finding[] = [];
    // Slowest first, so that the fastest working one is the last started and stays in use.
    for (const name of [...backends].reverse()) findings.unshift(await tryBackend(name));
    const chosen = findings.find((finding) => finding.works);
    const facts = {
      sgnn: toolVersion(),
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      cores: availableParallelism(),
      memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    };
    const engine = { name: "events", kernels: bestKernels().name, threads: 1 };
    const advice = adviceFor(chosen);
    if (invocation.flag("json")) {
      const backend = chosen?.name ?? null;
      const document = { ...facts, backend, backends: findings, engine, advice };
      terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
    } else {
      for (const [key, value] of Object.entries(facts)) {
        terminal.out(`${key.padEnd(9)} ${String(value)}\n`);
      }
      terminal.out("\ntrain: tensors and gradients\n");
      for (const { name, works, detail } of findings) {
        const mark = name === chosen?.name ? "used" : works ? "works" : "no";
        terminal.out(`  ${name.padEnd(11)} ${mark.padEnd(6)} ${detail}\n`);
      }
      terminal.out("\nrun, evaluate: the event-driven inference engine\n");
      const detail = `${engine.kernels} kernels; 1 thread; zeros of spikes are skipped`;
      terminal.out(`  ${engine.name.padEnd(11)} used   ${detail}\n`);
      const otherwise = chosen?.name ?? "no backend";
      terminal.out(
        `  A model that an inference plan cannot express runs on tensors (${otherwise}).\n`,
      );
      terminal.out(`\n${advice}\n`);
    }
    return chosen === undefined ? exit.failure : exit.fine;
  },
};

async function tryBackend(name: BackendName): Promise<Finding> {
  try {
    const info: BackendInfo = await useBackend(name);
    const versions = Object.entries(info.versions).map(([key, value]) => `${key} ${value}`);
    const threads = `${info.threads} thread${info.threads === 1 ? "" : "s"}`;
    const detail = `${versions.join(", ")}; ${threads}`;
    return { name, works: true, detail, versions: info.versions };
  } catch (error) {
    if (!(error instanceof SgnnError)) throw error;
    const detail = error.message.replace(/^R101: .*? did not start: \w+: /, "");
    return { name, works: false, detail, versions: {} };
  }
}

function adviceFor(chosen: Finding | undefined): string {
  if (chosen === undefined) return "No backend starts. Reinstall with `npm install` and try again.";
  if (chosen.name === "tensorflow") {
    return "Training will use tensorflow, the fastest backend there is. Next: `sgnnc init`, or `sgnnc train FILE`.";
  }
  return (
    `Training will use ${chosen.name}. Next: \`npm run native\` (in a clone of sgnn) sets up the native ` +
    "TensorFlow library, the fastest backend."
  );
}
