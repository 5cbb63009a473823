/** The commands of `sgnnc`. Each is loaded only when it is called, so that `check` starts fast. */
import type { Command } from "./command.js";

export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** In the order of `sgnnc --help`. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  compile: {
    summary: "write the TypeScript of .sgnn files",
    load: async () => (await import("./commands/compile.js")).compile,
  },
  check: {
    summary: "print the diagnostics of .sgnn files",
    load: async () => (await import("./commands/check.js")).check,
  },
  format: {
    summary: "rewrite .sgnn files in the standard layout",
    load: async () => (await import("./commands/format.js")).format,
  },
  inspect: {
    summary: "show the layers, weights and operation counts of a model",
    load: async () => (await import("./commands/inspect.js")).inspect,
  },
  convert: {
    summary: "print the models that convert declarations make",
    load: async () => (await import("./commands/convert.js")).convert,
  },
  train: {
    summary: "train the models of a file and compare its variants",
    load: async () => (await import("./commands/train.js")).train,
  },
  evaluate: {
    summary: "measure a trained run",
    load: async () => (await import("./commands/evaluate.js")).evaluate,
  },
  run: {
    summary: "apply a model to arrays in an .npz file",
    load: async () => (await import("./commands/run.js")).run,
  },
  explain: {
    summary: "explain a diagnostic code",
    load: async () => (await import("./commands/explain.js")).explain,
  },
  doctor: {
    summary: "say which backend this machine gives and how to get a faster one",
    load: async () => (await import("./commands/doctor.js")).doctor,
  },
  init: {
    summary: "start a project with a small example",
    load: async () => (await import("./commands/init.js")).init,
  },
  report: {
    summary: "write an HTML report of runs",
    load: async () => (await import("./commands/report.js")).report,
  },
  merge: {
    summary: "gather the runs of several sweeps and compare them",
    load: async () => (await import("./commands/merge.js")).merge,
  },
  export: {
    summary: "write a run for another tool: safetensors, ONNX, NIR, TensorBoard",
    load: async () => (await import("./commands/export.js")).exportRun,
  },
  review: {
    summary: "say what a change means for the models",
    load: async () => (await import("./commands/review.js")).review,
  },
  lsp: {
    summary: "language server for editors",
    load: async () => (await import("./commands/lsp.js")).lsp,
  },
};
