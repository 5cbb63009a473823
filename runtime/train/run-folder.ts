/**
 * The folder of a run: everything to repeat, resume, evaluate and judge it.
 *
 *   run.json                   what was run (source hash, seed, backend, versions, data) and how it ended
 *   metrics.jsonl              one line of JSON per epoch
 *   weights.safetensors        the chosen weights, with the scalers in the metadata
 *   weights.packed.safetensors the same with one bit per sign, for binary networks
 *   checkpoint.safetensors     and checkpoint.previous.safetensors: to resume
 *   the .sgnn source, model.sgnn.ts, model.mjs, plan.mjs    as given by the caller
 */
import type { BinaryMode } from "../binary/mode.js";
import type { SolveSummary } from "../equilibrium/record.js";
import { appendFileSync, existsSync } from "node:fs";
import { basename, join } from "node:path";
import { cannotWrite, makeFolder, readFileText, writeFileWhole } from "../data/files.js";
import type { NdArray } from "../data/ndarray.js";
import type { ScaleState } from "../data/scale.js";
import { readWeightsFile } from "../export/weights.js";
import { writeSafetensors } from "../export/safetensors.js";
import { trainError } from "./errors.js";

export type RunStatus = "running" | "finished" | "stopped early" | "interrupted" | "diverged";

/** run.json */
export interface RunRecord {
  readonly tool: string;
  readonly experiment: string;
  readonly model: string;
  readonly status: RunStatus;
  /** Why it ended that way, for people. */
  readonly message?: string | undefined;
  readonly source: { readonly file: string; readonly hash: string };
  readonly seed: number;
  readonly fold?: number | undefined;
  readonly backend: string;
  readonly versions: Readonly<Record<string, string>>;
  /** As given on the command line or in the source. */
  readonly data: string;
  readonly parameters: number;
  readonly epochs: number;
  readonly epoch: number;
  readonly select: string;
  readonly best?: { readonly epoch: number; readonly value: number } | undefined;
  /** By part. */
  readonly metrics?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  readonly seconds: number;
  /** Of the processor, all threads together. */
  readonly cpuSeconds?: number | undefined;
}

/** One line of metrics.jsonl. */
export interface EpochRecord {
  readonly epoch: number;
  readonly loss: number;
  readonly rate: number;
  readonly spike_rate: number;
  readonly validation?: Readonly<Record<string, number>> | undefined;
  /** What the loss is made of, by name. */
  readonly parts?: Readonly<Record<string, number>> | undefined;
  /** Evaluations and residuals of equilibrium blocks. */
  readonly solves?: SolveSummary | undefined;
  readonly seconds: number;
}

const METRICS = "metrics.jsonl";
const RECORD = "run.json";
const WEIGHTS = "weights.safetensors";
const PACKED = "weights.packed.safetensors";

export class RunFolder {
  private constructor(readonly path: string) {}

  /**
   * Makes the folder, or opens it to resume.
   * @param files texts by name to keep in it (the source, the generated code)
   * @throws SgnnError R320 when it already holds a run that is not to be resumed; R204 when it cannot be written
   */
  static open(
    path: string,
    files: Readonly<Record<string, string>>,
    mode: "new" | "resume" | "replace",
  ): RunFolder {
    const folder = new RunFolder(path);
    if (mode === "new" && existsSync(join(path, RECORD))) {
      throw trainError(
        "R320",
        `${path} already holds a run`,
        "a run is never overwritten by accident",
        "go on with it by --resume, or choose another folder with --out",
      );
    }
    makeFolder(path);
    for (const [name, text] of Object.entries(files))
      writeFileWhole(join(path, basename(name)), text);
    return folder;
  }

  writeRecord(record: RunRecord): void {
    writeFileWhole(join(this.path, RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
  }

  /** Adds one line; a line that a full disk cut short is dropped when the run is resumed. */
  appendEpoch(record: EpochRecord): void {
    const path = join(this.path, METRICS);
    try {
      appendFileSync(path, `${JSON.stringify(record)}\n`);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Keeps the lines up to an epoch (what a checkpoint knows), and returns them. */
  truncateEpochs(epoch: number): EpochRecord[] {
    const path = join(this.path, METRICS);
    const kept: EpochRecord[] = existsSync(path) ? parseLines(readFileText(path), epoch) : [];
    writeFileWhole(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return kept;
  }

  /** Writes the chosen weights with what is needed to use them. */
  writeWeights(
    weights: ReadonlyMap<string, NdArray>,
    about: {
      readonly experiment: string;
      readonly sourceHash: string;
      readonly scale: ScaleState;
      readonly binary?: BinaryMode | undefined;
    },
  ): void {
    const metadata = {
      format: "sgnn-weights-1",
      experiment: about.experiment,
      sourceHash: about.sourceHash,
      scale: JSON.stringify(about.scale),
      ...(about.binary === undefined ? {} : { binary: JSON.stringify(about.binary) }),
    };
    writeFileWhole(join(this.path, WEIGHTS), writeSafetensors(weights, metadata));
  }

  /** Writes the weights of a binary network with one bit per sign. */
  writePackedWeights(bytes: Uint8Array): void {
    writeFileWhole(join(this.path, PACKED), bytes);
  }
}

function parseLines(text: string, epoch: number): EpochRecord[] {
  const kept: EpochRecord[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      const record = JSON.parse(line) as EpochRecord;
      if (record.epoch <= epoch) kept.push(record);
    } catch {
      break; // cut short by a kill or a full disk: the epochs from here on are trained again
    }
  }
  return kept;
}

/**
 * Reads run.json.
 * @throws SgnnError R321 when the folder is not a run
 */
export function readRun(path: string): RunRecord {
  if (!existsSync(join(path, RECORD))) {
    throw trainError(
      "R321",
      `${path} is not a run`,
      `it holds no ${RECORD}`,
      "give a folder that `sgnnc train` wrote",
    );
  }
  try {
    return JSON.parse(readFileText(join(path, RECORD))) as RunRecord;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw trainError(
      "R321",
      `${join(path, RECORD)} is damaged`,
      error.message,
      "train again, or resume from its checkpoint with --resume",
    );
  }
}

/** The epochs of a run so far. */
export function readEpochs(path: string): EpochRecord[] {
  const file = join(path, METRICS);
  return existsSync(file) ? parseLines(readFileText(file), Infinity) : [];
}

export interface RunWeights {
  readonly tensors: ReadonlyMap<string, NdArray>;
  readonly scale: ScaleState;
  readonly label: string;
  /** What stands for signs in the stage that trained them; fully binary unless given. */
  readonly binary?: BinaryMode | undefined;
}

/**
 * The chosen weights of a run, or of any weights file (without scalers if it has none).
 * @param path a run folder or a .safetensors file
 * @throws SgnnError R322 when the run has no weights yet
 */
export function readRunWeights(path: string): RunWeights {
  const inside = join(path, WEIGHTS);
  const file = existsSync(join(path, RECORD)) ? inside : path;
  if (file === inside && !existsSync(inside)) {
    throw trainError(
      "R322",
      `${path} has no weights yet`,
      "they are written when training ends or is interrupted",
      "go on with `sgnnc train --resume`",
    );
  }
  const { tensors, metadata } = readWeightsFile(file);
  const { scale = "{}", binary } = metadata;
  return {
    tensors,
    scale: JSON.parse(scale) as ScaleState,
    label: file,
    binary: binary === undefined ? undefined : (JSON.parse(binary) as BinaryMode),
  };
}
