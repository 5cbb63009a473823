/** What generated code, the command line and reports may use of the data floor. */
export {
  describe as describeArray,
  elementCount,
  ndarray,
  toFloat32,
  toInt32,
  toNumbers,
  type AnyArray,
  type ArrayData,
  type DType,
  type NdArray,
} from "./ndarray.js";
export { readNpy, writeNpy } from "./npy.js";
export { openNpz, readNpz, readNpzFile, writeNpz, type Npz } from "./npz.js";
export type { ArrayTable } from "./array-table.js";
export { formats, joinTables, openTable, tableOf } from "./table.js";
export { loadDataset, type Dataset, type LoadOptions } from "./dataset.js";
export { splitUnits, type Split } from "./split.js";
export { applyScale, fitScale, unscaleRows, type FieldScale, type ScaleState } from "./scale.js";
export { makeBatch, makeGraph, type Batch, type TargetKind } from "./batch.js";
export { generate } from "./generators/index.js";
export { readFileBytes, readFileText, writeFileWhole } from "./files.js";
export type {
  DataSpec,
  GraphSpec,
  NamedSource,
  Part,
  Ratio,
  SourceSpec,
  SplitSpec,
} from "./spec.js";
