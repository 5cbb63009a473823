/**
 * The module `kernels.wasm`. AssemblyScript: the types i32, f32, v128 and the functions load, store and
 * v128.* are the machine's own. Every argument called `x`, `y`, ... is a byte address in the memory that
 * the module imports; address 0 stands for "absent".
 */
export { spmm, sddmm } from "./spmm";
export { gatherRows, extremeSelect, extremeSpread, segmentSoftmax } from "./segment";
export { dropout } from "./dropout";
export { mapFunction } from "./functions";
export { beyond, between, bounded, gate, sign } from "./pointwise";
export { adam } from "./adam";
export { addRows, copyColumns, spreadMiddle, sumMiddle } from "./rows";
