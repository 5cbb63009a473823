export { defineKernel } from "./kernel.js";
export { Incidence, Segments } from "./segments.js";
export { denseProduct } from "./dense.js";
export { sampledProduct, sparseDenseProduct } from "./spmm.js";
export { gatherRows, segmentExtreme, segmentSoftmax, segmentSum } from "./segment.js";
export {
  addToRows,
  columnSum,
  cutColumns,
  joinColumns,
  logSoftmaxRows,
  pickLabels,
  repeatRows,
  spreadMiddle,
  sumMiddle,
} from "./rows.js";
export { bounded, dropoutWithKey, gate, signStraightThrough, within } from "./pointwise.js";
