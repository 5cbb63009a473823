/**
 * Choice of the TensorFlow.js backend: the native library when it loads, else WebAssembly, else
 * plain JavaScript.
 *
 * `@tensorflow/tfjs-node` is not a dependency of this package: it is found where the user installed it,
 * or in the `.native` folder that `npm run native` fills, and loaded at run time. Under Node both `import` and `require` of `@tensorflow/tfjs-core` give
 * its CommonJS main, so there is one engine whoever loads it.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import { replaceSlowFunctions } from "../kernels/functions.js";
import { reshapeInPlace } from "../kernels/tensorflow-memory.js";
import { registerGradients } from "./gradients/index.js";
import { shareIdenticalTensors } from "./wasm-identity.js";

export type BackendName = "tensorflow" | "wasm" | "cpu";

/** What `sgnnc doctor` prints and `run.json` records. */
export interface BackendInfo {
  readonly name: BackendName;
  /** Why this one, as a sentence. */
  readonly reason: string;
  /** Backends that were tried before and what was wrong with them. */
  readonly failed: readonly { readonly name: BackendName; readonly reason: string }[];
  /** Versions of the packages in use, and of libtensorflow where it is loaded. */
  readonly versions: Readonly<Record<string, string>>;
  /** Threads that tensor operations may use. */
  readonly threads: number;
}

const require = createRequire(import.meta.url);
const ORDER: readonly BackendName[] = ["tensorflow", "wasm", "cpu"];
let current: BackendInfo | undefined;

/** The backend in use; undefined before the first `useBackend`. */
export function currentBackend(): BackendInfo | undefined {
  return current;
}

/**
 * Starts a backend and makes it the one all tensors are created on.
 * @param preferred only this one; without it the fastest that loads
 * @throws SgnnError R101 when the preferred backend (or every backend) fails to start
 */
export async function useBackend(preferred?: BackendName): Promise<BackendInfo> {
  if (preferred !== undefined && !ORDER.includes(preferred)) {
    throw new SgnnError({
      code: "R101",
      message: `there is no backend "${String(preferred)}"`,
      why: `The backends are ${ORDER.join(", ")}.`,
      fix: "Name one of them, or none to get the fastest that works.",
    });
  }
  if (current && (preferred === undefined || current.name === preferred)) return current;
  const failed: { name: BackendName; reason: string }[] = [];
  for (const name of preferred === undefined ? ORDER : [preferred]) {
    try {
      const { versions, threads } = await start[name]();
      // The native package registers the gradients of TensorFlow.js over ours: put ours back.
      registerGradients();
      current = { name, reason: reasonFor(name, preferred), failed, versions, threads };
      return current;
    } catch (error) {
      failed.push({ name, reason: messageOf(error) });
    }
  }
  throw new SgnnError({
    code: "R101",
    message: `the tensor backend did not start: ${failed.map((f) => `${f.name}: ${f.reason}`).join("; ")}`,
    why: "Every tensor operation runs on a TensorFlow.js backend.",
    fix:
      preferred === "tensorflow"
        ? "Run `npm run native` to set up the native library, or choose another backend."
        : "Run `npm install` again, then `sgnnc doctor`.",
  });
}

interface Started {
  readonly versions: Record<string, string>;
  readonly threads: number;
}

const start: Record<BackendName, () => Promise<Started>> = {
  tensorflow: startTensorflow,
  wasm: startWasm,
  cpu: startCpu,
};

/** The folder that `npm run native` fills; undefined where this code is not in the package. */
export function nativeFolder(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (
      existsSync(file) &&
      (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "sgnn"
    ) {
      return join(folder, ".native");
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** Where `@tensorflow/tfjs-node` may be loaded from, best first; empty when it is absent. */
export function nativeEntries(): string[] {
  const folder = nativeFolder();
  const places = [require];
  if (folder !== undefined) places.push(createRequire(join(folder, "package.json")));
  const entries = places.flatMap((place) => {
    try {
      return [place.resolve("@tensorflow/tfjs-node")];
    } catch {
      return [];
    }
  });
  return [...new Set(entries)];
}

async function startTensorflow(): Promise<Started> {
  const entries = nativeEntries();
  if (entries.length === 0) {
    throw new Error("@tensorflow/tfjs-node is not installed (`npm run native` sets it up)");
  }
  restoreRemovedUtilities();
  // Quiets the banner of libtensorflow. Products of oneDNN are up to twice as fast, and their sums have one order
  // whatever the number of threads.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
  let version: string | undefined;
  let failure: unknown;
  for (const entry of entries) {
    try {
      const node = await quietly(() => Promise.resolve(withoutStderr(() => load(entry))));
      version = node.version?.["tfjs-node"] ?? "unknown";
      break;
    } catch (error) {
      failure = error;
    }
  }
  if (version === undefined) throw failure;
  if (!tf.findBackendFactory("tensorflow")) {
    throw new Error("it brought its own copy of @tensorflow/tfjs-core; run `npm run native`");
  }
  if (!(await tf.setBackend("tensorflow"))) throw new Error("libtensorflow did not start");
  reshapeInPlace();
  const versions: Record<string, string> = {
    "@tensorflow/tfjs-core": tf.version_core,
    "@tensorflow/tfjs-node": version,
  };
  const { binding } = tf.backend() as { binding?: { TF_Version?: string } };
  if (binding?.TF_Version) versions["libtensorflow"] = binding.TF_Version;
  return { versions, threads: nativeThreads() };
}

/** What libtensorflow was told to use, else all cores. */
function nativeThreads(): number {
  const told = Number(process.env["TF_NUM_INTRAOP_THREADS"]);
  return Number.isInteger(told) && told > 0 ? told : cpus().length;
}

interface NativePackage {
  readonly version?: Readonly<Record<string, string>>;
}

function load(entry: string): NativePackage {
  return require(entry) as NativePackage;
}

/** The addon that turns standard error of native code off and on (`native/stderr.cc`, built by `npm run native`). */
interface StderrSwitch {
  silence(): void;
  restore(): void;
}

/** Runs `work` with standard error of native code silenced, where the addon for that was built. */
function withoutStderr<T>(work: () => T): T {
  const folder = nativeFolder();
  const file = folder === undefined ? "" : join(folder, "stderr", "stderr.node");
  let stderr: StderrSwitch | undefined;
  try {
    if (existsSync(file)) stderr = require(file) as StderrSwitch;
  } catch {
    stderr = undefined; // of another system or an older Node: the library says what it says
  }
  stderr?.silence();
  try {
    return work();
  } finally {
    stderr?.restore();
  }
}

async function startWasm(): Promise<Started> {
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm"));
  wasm.setWasmPaths(folder + sep);
  // The threaded build needs browser workers and never starts under Node.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await tf.setBackend("wasm"))) {
    throw new Error(
      `the WebAssembly module in ${join("@tensorflow", "tfjs-backend-wasm")} did not start`,
    );
  }
  shareIdenticalTensors();
  replaceSlowFunctions();
  return {
    versions: {
      "@tensorflow/tfjs-core": tf.version_core,
      "@tensorflow/tfjs-backend-wasm": wasm.version_wasm,
    },
    threads: 1,
  };
}

async function startCpu(): Promise<Started> {
  const cpu = await import("@tensorflow/tfjs-backend-cpu");
  await quietly(async () => {
    if (!(await tf.setBackend("cpu"))) throw new Error("the JavaScript backend did not start");
    // The first tensor prints an advertisement.
    tf.scalar(0).dispose();
  });
  return {
    versions: {
      "@tensorflow/tfjs-core": tf.version_core,
      "@tensorflow/tfjs-backend-cpu": cpu.version_cpu,
    },
    threads: 1,
  };
}

function reasonFor(name: BackendName, preferred: BackendName | undefined): string {
  if (preferred !== undefined) return `${name} was asked for`;
  if (name === "tensorflow") return "the native library loads; it is the fastest";
  if (name === "wasm") return "the native library does not load; WebAssembly is the next fastest";
  return "neither the native library nor WebAssembly loads";
}

/** tfjs-node 4.22 calls two functions of `util` that Node 23 removed (tfjs issue 8609). */
function restoreRemovedUtilities(): void {
  const util = require("node:util") as Record<string, unknown>;
  util["isNullOrUndefined"] ??= (value: unknown): boolean => value === null || value === undefined;
  util["isArray"] ??= Array.isArray;
}

/** Runs `work` with what libraries print through the console silenced. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const printer = globalThis.console;
  const kept = { warn: printer.warn, log: printer.log, info: printer.info };
  const silent = (): void => {};
  Object.assign(printer, { warn: silent, log: silent, info: silent });
  try {
    return await work();
  } finally {
    Object.assign(printer, kept);
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}
