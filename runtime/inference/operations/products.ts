/** Dense products, event-driven where that is cheaper. */
import { lastDim, sizeOf, type Operation, type Slot } from "./operation.js";

const SPARSE_KINDS = ["spike", "trit", "graded"];

/** Whether the values may be mostly 0: by their kind, or because they come from outside. */
function maybeSparse(x: Slot): boolean {
  return SPARSE_KINDS.includes(x.kind) || x.isInput;
}

/** Columns that an event list needs so that the product pays up to the crossing. */
function most(rows: number, width: number, crossing: number): number {
  return Math.ceil(rows * width * crossing);
}

/** Below this many columns of the result, finding the events costs as much as the product. */
const FEWEST_COLUMNS = 4;

/**
 * x [.., K] @ w [K, ..]. The events of x are listed first, which reads x once; when they are more than the
 * share at which both ways take as long, the dense product runs.
 */
export const matMul: Operation = {
  scratch([x, w], _result, _step, crossing) {
    const { rows, width } = lastDim(x!);
    const outer = sizeOf(w!.dims.slice(1));
    return maybeSparse(x!) && outer >= FEWEST_COLUMNS ? rows + 1 + most(rows, width, crossing) : 0;
  },
  bind({ args, result, products, crossing, scratch, counts }) {
    const [x, w] = args as [Slot, Slot];
    const { rows, width } = lastDim(x);
    const outer = sizeOf(w.dims.slice(1));
    const dense = (): void => {
      products.dense(x.data, w.data, result.data, rows, width, outer);
      counts.denseCalls++;
      counts.macs += rows * width * outer;
    };
    if (scratch.length === 0) return dense;
    const pointers = new Int32Array(scratch.buffer, scratch.byteOffset, rows + 1);
    const columns = new Int32Array(
      scratch.buffer,
      scratch.byteOffset + 4 * (rows + 1),
      most(rows, width, crossing),
    );
    const events = { pointers, columns };
    // Numbers from outside are what they are, whatever their declared kind.
    const ones = x.kind === "spike" && !x.isInput;
    const isBinary = x.kind === "spike" || x.kind === "trit";
    return () => {
      const count = products.list(x.data, rows, width, events);
      counts.values += rows * width;
      if (count < 0) {
        dense();
        return;
      }
      products.events(x.data, events, ones, w.data, result.data, rows, width, outer);
      counts.eventCalls++;
      counts.events += count;
      if (isBinary) counts.adds += count * outer;
      else counts.macs += count * outer;
    };
  },
};
