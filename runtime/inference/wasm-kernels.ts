/** The products in WebAssembly SIMD: `kernels/wasm/assembly/events`. */
import { instantiate, webAssembly } from "../kernels/wasm/module.js";
import type { NearestExports } from "../kernels/nearest.js";
import { wasmBits, type BitExports } from "./bit-kernels.js";
import { typescriptKernels, type ProductKernels } from "./kernels.js";

/** Exports of `events.wasm`; all arguments are byte addresses and sizes. */
interface EventExports {
  listEvents(...args: number[]): number;
  spikeProduct(...args: number[]): void;
  gradedProduct(...args: number[]): void;
  denseProduct(...args: number[]): void;
}

const PAGE = 65536;
const MOST_PAGES = 65536;

export const wasmKernels: ProductKernels = {
  name: "wasm",
  crossing: 0.7,
  open(floats) {
    const pages = Math.max(1, Math.ceil((4 * floats) / PAGE));
    // WebAssembly addresses end at 4 GiB.
    if (pages > MOST_PAGES) return typescriptKernels.open(floats);
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    const run = instantiate<EventExports>("events", memory);
    const bits = wasmBits(
      instantiate<BitExports>("bits", memory),
      instantiate<NearestExports>("nearest", memory),
    );
    const at = (array: Float32Array | Int32Array): number => array.byteOffset;
    return {
      buffer: memory.buffer,
      bits,
      dense: (x, w, y, rows, inner, outer) =>
        run.denseProduct(at(x), at(w), at(y), rows, inner, outer),
      list: (x, rows, inner, { pointers, columns }) =>
        run.listEvents(at(x), rows, inner, at(pointers), at(columns), columns.length),
      events(x, { pointers, columns }, ones, w, y, rows, inner, outer) {
        const [p, c] = [at(pointers), at(columns)];
        if (ones) run.spikeProduct(p, c, at(w), at(y), rows, outer);
        else run.gradedProduct(at(x), p, c, at(w), at(y), rows, inner, outer);
      },
    };
  },
};

let best: ProductKernels | undefined;

/** The WebAssembly kernels where the machine runs them, else those in TypeScript. */
export function bestKernels(): ProductKernels {
  if (best === undefined) {
    try {
      wasmKernels.open(0);
      best = wasmKernels;
    } catch {
      best = typescriptKernels;
    }
  }
  return best;
}
