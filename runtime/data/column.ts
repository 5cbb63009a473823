/** Rows of equal width; `data` is row-major, `rows * width` numbers. */
export interface Column {
  /** How to name it in messages, e.g. `array "x" in cora.npz`. */
  readonly label: string;
  readonly rows: number;
  /** Sizes after the first. */
  readonly tail: readonly number[];
  readonly width: number;
  readonly data: Float32Array;
  /** The exact whole numbers when there is one per row (labels, group numbers). */
  readonly labels: Int32Array | undefined;
  /** What the labels stand for, when they come from a column of text. */
  readonly categories: readonly string[] | undefined;
  /** Set for features that each snapshot of a dynamic graph has its own table of: `data` is [snapshots, rows, ..tail]. */
  readonly snapshots?: number | undefined;
}
