/** What conversions of a run were measured, kept in its folder, so that a table can go on where it stopped. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readFileText, writeFileWhole } from "../data/files.js";
import type { SpikePicture } from "../report/data.js";
import type { ConversionRow, QuantisedRow } from "./judge.js";

const FILE = "conversion.json";
/** Part of the key under which rows are kept: another meaning, another number. */
const FORM = 1;

export interface ConversionRecord {
  /** Of the weights: rows of other weights are not read. */
  readonly key: string;
  readonly model: string;
  /** What errors are of: a field of the problem, or the output. */
  readonly field: string;
  /** Errors against the exact solution, where there is one: of the network, and of one that says 0. */
  readonly exact?: { readonly network: number; readonly zero: number } | undefined;
  readonly rows: readonly ConversionRow[];
  readonly quantised: readonly QuantisedRow[];
  /** Spikes for one input, by layer. */
  readonly spikes: readonly SpikePicture[];
}

/** The key of a file of weights. */
export function conversionKey(weightsFile: string): string {
  return `${FORM} ${createHash("sha256").update(readFileSync(weightsFile)).digest("hex")}`;
}

/** What a run folder keeps for these weights; undefined without. */
export function readConversion(folder: string, key: string): ConversionRecord | undefined {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  try {
    const kept = JSON.parse(readFileText(path)) as ConversionRecord;
    return kept.key === key ? kept : undefined;
  } catch {
    return undefined; // cut short or of another version: it is measured again
  }
}

export function writeConversion(folder: string, record: ConversionRecord): void {
  writeFileWhole(join(folder, FILE), `${JSON.stringify(record)}\n`);
}
