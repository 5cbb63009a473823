/**
 * The kernels of jets for this processor (`native/*.cc`, built by `npm run native`): used with the backend
 * `tensorflow`, unless the same bits are wanted on every machine. Without them WebAssembly does the work.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isDeterministic } from "../deterministic.js";
import { currentBackend, nativeFolder } from "../tensor/backend.js";
import type { Kernels, Precision } from "./kernels.js";

interface Addon {
  /** The kernels of a precision over a memory that keeps its size. */
  attach(buffer: ArrayBufferLike, precision: Precision): Kernels;
}

let addon: Addon | undefined;
let wasSought = false;

/** The addon, where it was built; undefined where it was not, or was built for another machine. */
export function jetAddon(): Addon | undefined {
  if (wasSought) return addon;
  wasSought = true;
  const folder = nativeFolder();
  const file = folder === undefined ? "" : join(folder, "jets", "jets.node");
  if (!existsSync(file)) return undefined;
  try {
    addon = createRequire(import.meta.url)(file) as Addon;
  } catch {
    addon = undefined; // of another system or an older Node: WebAssembly is always there
  }
  return addon;
}

/** The addon if the backend in use is the native one. */
export function jetAddonInUse(): Addon | undefined {
  if (currentBackend()?.name !== "tensorflow" || isDeterministic()) return undefined;
  return jetAddon();
}
