/**
 * The plan: rewrites the checked program into the operations that will run. Each pass keeps the
 * meaning, the types and the names from the source; the order of the list is the order they run in.
 */
import type { Program } from "../ir/program.js";
import { factoriseConcat } from "./passes/factorise-concat.js";
import { foldConstants } from "./passes/fold-constants.js";
import { fuseAttention } from "./passes/fuse-attention.js";
import { hoistFixpoint } from "./passes/hoist-fixpoint.js";
import { hoistRowWise } from "./passes/hoist-row-wise.js";
import { openEdgeLayers } from "./passes/open-edge-layers.js";
import { lowerGather } from "./passes/lower-gather.js";
import { removeUnused } from "./passes/remove-unused.js";
import { shareCommon } from "./passes/share-common.js";
import { shiftExtreme } from "./passes/shift-extreme.js";
import { splitSigns } from "./passes/split-signs.js";
import { sparseProducts } from "./passes/sparse-products.js";

export interface Pass {
  readonly name: string;
  readonly run: (program: Program) => Program;
}

export const PASSES: readonly Pass[] = [
  { name: "lower-gather", run: lowerGather },
  { name: "fold-constants", run: foldConstants },
  { name: "open-edge-layers", run: openEdgeLayers },
  { name: "factorise-concat", run: factoriseConcat },
  { name: "hoist-row-wise", run: hoistRowWise },
  { name: "shift-extreme", run: shiftExtreme },
  { name: "fuse-attention", run: fuseAttention },
  { name: "sparse-products", run: sparseProducts },
  { name: "hoist-fixpoint", run: hoistFixpoint },
  { name: "share-common", run: shareCommon },
  { name: "remove-unused", run: removeUnused },
];

/** Passes for what runs on tensors; an inference plan is made of the program without them. */
export const TENSOR_PASSES: readonly Pass[] = [
  { name: "split-signs", run: splitSigns },
  { name: "remove-unused", run: removeUnused },
];

/** What the emitter prints of a planned program. */
export function planForTensors(planned: Program): Program {
  return TENSOR_PASSES.reduce((current, pass) => pass.run(current), planned);
}

/** Runs every pass. The emitter accepts planned programs only: there is no `gather` left. */
export function plan(program: Program): Program {
  return PASSES.reduce((current, pass) => pass.run(current), program);
}
