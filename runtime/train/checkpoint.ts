/**
 * Everything training needs to go on as if it had never stopped, in one safetensors file.
 *
 * Tensors: `model.PATH`, `best.PATH`, `optimizer.K.MOMENT.PATH`, `double.NAME`. Metadata: the state as JSON, and a
 * SHA-256 of all the rest. Two generations are kept: a new file is written beside the target and
 * flushed, the current one becomes the previous one, then the new one is renamed. A kill at any
 * moment leaves at least one whole generation; a damaged one is detected and the other is used.
 */
import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { cannotWrite, readFileBytes, writeFileWhole } from "../data/files.js";
import type { NdArray } from "../data/ndarray.js";
import { SgnnError } from "../error.js";
import { readSafetensors, writeSafetensors } from "../export/safetensors.js";
import { trainError } from "./errors.js";

/** What a checkpoint belongs to; a checkpoint of another experiment is refused. */
export interface Identity {
  readonly experiment: string;
  readonly sourceHash: string;
  readonly seed: number;
  readonly backend: string;
}

/** Where training stands. Plain data. */
export interface Progress {
  /** Epochs finished. */
  readonly epoch: number;
  /** Steps of the next epoch already done, and the sum of their losses times rows. */
  readonly step: number;
  readonly lossSum: number;
  readonly lossCount: number;
  /** Best validation value so far; undefined before the first. */
  readonly best: { readonly epoch: number; readonly value: number } | undefined;
  readonly seconds: number;
  readonly cpuSeconds?: number | undefined;
}

export interface Checkpoint {
  readonly identity: Identity;
  readonly progress: Progress;
  readonly model: ReadonlyMap<string, Float32Array>;
  readonly best: ReadonlyMap<string, Float32Array> | undefined;
  /** Per optimiser, by parameter path. */
  readonly optimizers: readonly ReadonlyMap<
    string,
    { readonly steps: number; readonly moments: Readonly<Record<string, Float32Array>> }
  >[];
  /** What a solver keeps in double precision: parameters, curvature, points. */
  readonly doubles?: ReadonlyMap<string, Float64Array> | undefined;
}

const FORMAT = "sgnn-checkpoint-1";
export const CURRENT = "checkpoint.safetensors";
export const PREVIOUS = "checkpoint.previous.safetensors";

function flat(data: Float32Array): NdArray {
  return { shape: [data.length], dtype: "f32", data };
}

/** The bytes of a checkpoint file. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors = new Map<string, NdArray>();
  for (const [path, values] of checkpoint.model) tensors.set(`model.${path}`, flat(values));
  for (const [path, values] of checkpoint.best ?? []) tensors.set(`best.${path}`, flat(values));
  const steps = checkpoint.optimizers.map((slots, k) => {
    const counts: Record<string, number> = {};
    for (const [path, slot] of slots) {
      counts[path] = slot.steps;
      for (const [name, values] of Object.entries(slot.moments)) {
        tensors.set(`optimizer.${k}.${name}.${path}`, flat(values));
      }
    }
    return counts;
  });
  for (const [name, data] of checkpoint.doubles ?? []) {
    tensors.set(`double.${name}`, { shape: [data.length], dtype: "f64", data });
  }
  const metadata = {
    format: FORMAT,
    identity: JSON.stringify(checkpoint.identity),
    progress: JSON.stringify(checkpoint.progress),
    steps: JSON.stringify(steps),
  };
  const checksum = hash(writeSafetensors(tensors, metadata));
  return writeSafetensors(tensors, { ...metadata, checksum });
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Reads a checkpoint file and verifies its checksum.
 * @throws SgnnError R330 (not a checkpoint), R331 (damaged), R400-R402 (not safetensors)
 */
export function decodeCheckpoint(bytes: Uint8Array, label: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, label);
  const { checksum, ...rest } = metadata;
  if (rest["format"] !== FORMAT) {
    throw trainError(
      "R330",
      `${label} is not a checkpoint of this tool`,
      rest["format"] === undefined
        ? "it is a safetensors file without our format mark (weights, perhaps)"
        : `its format is ${rest["format"]}, this version reads ${FORMAT}`,
      "give the run folder that training wrote",
    );
  }
  if (hash(writeSafetensors(tensors, rest)) !== checksum) {
    throw trainError(
      "R331",
      `${label} is damaged`,
      "its contents do not match its checksum",
      "the generation before it is used if there is one",
    );
  }
  const part = (prefix: string): Map<string, Float32Array> => {
    const found = new Map<string, Float32Array>();
    for (const [name, { data }] of tensors) {
      if (name.startsWith(prefix)) found.set(name.slice(prefix.length), data as Float32Array);
    }
    return found;
  };
  const doubles = new Map<string, Float64Array>();
  for (const [name, { data }] of tensors) {
    if (name.startsWith("double.")) doubles.set(name.slice(7), data as Float64Array);
  }
  const best = part("best.");
  const steps = JSON.parse(rest["steps"] ?? "[]") as Record<string, number>[];
  return {
    identity: JSON.parse(rest["identity"] ?? "{}") as Identity,
    progress: JSON.parse(rest["progress"] ?? "{}") as Progress,
    model: part("model."),
    best: best.size > 0 ? best : undefined,
    doubles: doubles.size > 0 ? doubles : undefined,
    optimizers: steps.map((counts, k) => {
      const all = part(`optimizer.${k}.`);
      return new Map(
        Object.entries(counts).map(([path, count]) => {
          const moments: Record<string, Float32Array> = {};
          for (const [name, values] of all) {
            if (name.endsWith(`.${path}`) && !name.slice(0, -path.length - 1).includes(".")) {
              moments[name.slice(0, -path.length - 1)] = values;
            }
          }
          return [path, { steps: count, moments }];
        }),
      );
    }),
  };
}

/** Writes a new generation. SgnnError R204 when the folder cannot be written; the old generations then stay. */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): void {
  const current = join(folder, CURRENT);
  const next = join(folder, ".checkpoint.next.safetensors");
  writeFileWhole(next, encodeCheckpoint(checkpoint));
  try {
    if (existsSync(current)) renameSync(current, join(folder, PREVIOUS));
    renameSync(next, current);
  } catch (error) {
    throw cannotWrite(current, error);
  }
}

export interface Loaded {
  readonly checkpoint: Checkpoint;
  /** Set when the newest generation could not be used, and why. */
  readonly warning: string | undefined;
}

/**
 * The newest usable generation; undefined when there is none at all (training was stopped before the first).
 * @throws SgnnError R332 when there are generations but none can be read; R333 when it belongs to another experiment
 */
export function loadCheckpoint(folder: string, identity: Identity): Loaded | undefined {
  const problems: SgnnError[] = [];
  for (const name of [CURRENT, PREVIOUS]) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    let checkpoint: Checkpoint;
    try {
      checkpoint = decodeCheckpoint(readFileBytes(path), path);
    } catch (error) {
      if (!(error instanceof SgnnError)) throw error;
      problems.push(error);
      continue;
    }
    checkIdentity(checkpoint.identity, identity, path);
    return { checkpoint, warning: problems[0]?.message };
  }
  const [first] = problems;
  if (first === undefined) return undefined;
  throw trainError(
    "R332",
    `no checkpoint in ${folder} can be read: ${problems.map((problem) => problem.message).join("; ")}`,
    first.why,
    "start the training again in another folder",
  );
}

function checkIdentity(found: Identity, wanted: Identity, path: string): void {
  const words: Record<keyof Identity, string> = {
    experiment: "the model",
    sourceHash: "the source",
    seed: "the seed",
    backend: "the backend",
  };
  for (const key of Object.keys(words) as (keyof Identity)[]) {
    if (found[key] === wanted[key]) continue;
    throw trainError(
      "R333",
      `${path} belongs to another training: ${words[key]} is ${shown(found[key])} there, ${shown(wanted[key])} here`,
      "a resumed run must give the same numbers as one that never stopped",
      key === "sourceHash"
        ? "undo the change to the source, or train it anew in another folder"
        : "resume with the same model, seed and backend, or train in another folder",
    );
  }
}

function shown(value: string | number): string {
  const text = String(value);
  return text.length > 16 ? `${text.slice(0, 12)}..` : text;
}
