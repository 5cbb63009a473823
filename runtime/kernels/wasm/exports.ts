/** What `kernels.wasm` exports; the arguments are described in `assembly/kernels/`. */
type Run = (...addressesAndSizes: number[]) => void;

export interface Kernels {
  readonly spmm: Run;
  readonly sddmm: Run;
  readonly gatherRows: Run;
  readonly extremeSelect: Run;
  readonly extremeSpread: Run;
  readonly segmentSoftmax: Run;
  readonly dropout: Run;
  readonly gate: Run;
  readonly between: Run;
  readonly mapFunction: Run;
  readonly sign: Run;
  readonly bounded: Run;
  readonly beyond: Run;
  readonly sumMiddle: Run;
  readonly spreadMiddle: Run;
  readonly addRows: Run;
  readonly copyColumns: Run;
  readonly adam: Run;
}
