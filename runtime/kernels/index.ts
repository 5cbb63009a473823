export { defineKernel } from "./kernel.js";
export { Incidence, Segments } from "./segments.js";
export { sampledProduct, sparseDenseProduct } from "./spmm.js";
export { gatherRows, segmentExtreme, segmentSoftmax, segmentSum } from "./segment.js";
export { columnSum, logSoftmaxRows, pickLabels, repeatRows } from "./rows.js";
export { dropoutWithKey, signStraightThrough } from "./pointwise.js";
