/**
 * Jets of a network over blocks of points: forward, and back to the parameters.
 *
 * A block goes through the whole network and back before the next one starts, so that its state stays in
 * the cache and memory does not grow with the number of points. Inside a block, a row is one unit: its
 * derivatives one after the other, each over all points; a layer is then one dense product of all derivatives
 * at once, and everything runs over points in SIMD, whatever the widths.
 *
 * Gradients are summed in double precision over the blocks, whatever the precision of the kernels.
 */
import {
  Arena,
  floats,
  type Floats,
  type KernelCall,
  type Kernels,
  type Precision,
  newMemory,
} from "./kernels.js";
import { KernelSet, Program } from "./kernel-set.js";
import { chainTerms, ofInput, type Operator } from "./multi-index.js";
import { highestOrder, outputsOf, smoothActivations, type NetworkShape } from "./network.js";

/** Bytes of state of a block that should stay in the second-level cache. */
const BLOCK_BYTES = 512 * 1024;

/** A network with parameters, and the memory that its passes share. */
export class JetEngine {
  readonly memory = newMemory();
  readonly arena = new Arena(this.memory);
  private readonly kernelSet: KernelSet;
  private readonly parameterAddress: number;
  private readonly gradientAddress: number;

  constructor(
    readonly shape: NetworkShape,
    readonly parameterCount: number,
    readonly precision: Precision,
  ) {
    this.kernelSet = new KernelSet(this.memory, precision);
    this.parameterAddress = this.arena.take((parameterCount * precision) / 8);
    this.gradientAddress = this.arena.take(parameterCount * 8);
  }

  /** For calls until the memory grows. */
  get kernels(): Kernels {
    return this.kernelSet.now;
  }

  /** Address of a parameter. */
  parameter(offset: number): number {
    return this.parameterAddress + (offset * this.precision) / 8;
  }
  /** Address of the gradient of a parameter. */
  gradientOf(offset: number): number {
    return this.gradientAddress + offset * 8;
  }

  setParameters(values: ArrayLike<number>): void {
    floats(this.memory, this.precision, this.parameterAddress, this.parameterCount).set(values);
  }

  clearGradient(): void {
    this.gradient().fill(0);
  }

  /** The gradient summed since it was cleared; a view. */
  gradient(): Float64Array {
    return new Float64Array(this.memory.buffer, this.gradientAddress, this.parameterCount);
  }
}

/** Passes of an engine's network for one jet. Make all passes of an engine before using any. */
export class JetPass {
  /** Points per block. */
  readonly block: number;
  private readonly rowBytes: number;
  private readonly stride: number;
  private readonly sliceBytes: number;
  private readonly order: number;
  private readonly table: number;
  private readonly tableEnd: number;
  private readonly scratch: number;
  /** Rows before the first step, and after each. */
  private readonly states: readonly number[];
  private readonly back: readonly [number, number];
  private readonly forwardProgram: Program;
  private readonly backwardProgram: Program;
  private views: PassViews | undefined;

  constructor(
    private readonly engine: JetEngine,
    readonly jet: readonly Operator[],
    block?: number,
  ) {
    const { shape, precision, arena } = engine;
    const widths = shape.steps.reduce(
      (all, step) => [...all, step.type === "dense" ? step.outputs : all.at(-1)!],
      [shape.inputs.length],
    );
    const size = precision / 8;
    const perPoint = widths.reduce((sum, width) => sum + width, 0) * jet.length * size;
    const fitting = 16 * Math.floor(BLOCK_BYTES / perPoint / 16);
    this.block = block ?? Math.max(16, Math.min(256, fitting));
    this.sliceBytes = this.block * size;
    this.rowBytes = this.sliceBytes * jet.length;
    // Rows an odd number of cache lines apart do not fall on the same few sets of the cache.
    const lines = Math.ceil(this.rowBytes / 64);
    this.stride = 64 * (lines % 2 === 0 ? lines + 1 : lines);
    this.order = highestOrder(jet);
    const words = chainTable(jet, this.sliceBytes);
    this.table = arena.take(words.byteLength);
    this.tableEnd = this.table + words.byteLength;
    this.scratch = arena.take(16 * 8);
    const widest = Math.max(...widths);
    this.states = widths.map((width) => arena.take(width * this.stride));
    this.back = [arena.take(widest * this.stride), arena.take(widest * this.stride)];
    new Int32Array(engine.memory.buffer, this.table, words.length).set(words);
    this.forwardProgram = new Program(arena, this.forwardCalls());
    this.backwardProgram = new Program(arena, this.backwardCalls());
  }

  /** Input coordinates of a block by variable; write, then call `forward`. */
  get inputs(): readonly Floats[] {
    return this.view().inputs;
  }
  /** Derivatives of the outputs: output * jet.length + derivative. */
  get outputs(): readonly Floats[] {
    return this.view().outputs;
  }
  /** Gradient by the derivatives of the outputs; write, then call `backward`. */
  get outputGradients(): readonly Floats[] {
    return this.view().outputGradients;
  }

  /** Views of the memory, made once it has stopped growing. */
  private view(): PassViews {
    if (this.views !== undefined && this.views.buffer === this.engine.memory.buffer) {
      return this.views;
    }
    const { memory, precision, shape } = this.engine;
    const slices = (address: number, rows: number): Floats[] =>
      Array.from({ length: rows * this.jet.length }, (_, k) =>
        floats(
          memory,
          precision,
          address +
            Math.floor(k / this.jet.length) * this.stride +
            (k % this.jet.length) * this.sliceBytes,
          this.block,
        ),
      );
    const first = slices(this.states[0]!, shape.inputs.length);
    // The derivatives of the inputs never change.
    shape.inputs.forEach(({ half }, variable) => {
      this.jet.forEach((operator, a) => {
        if (a > 0) first[variable * this.jet.length + a]!.fill(ofInput(operator, variable, half));
      });
    });
    const outputs = outputsOf(shape);
    this.views = {
      buffer: memory.buffer,
      inputs: shape.inputs.map((_, k) => first[k * this.jet.length]!),
      outputs: slices(this.states.at(-1)!, outputs),
      outputGradients: slices(this.back[0], outputs),
    };
    return this.views;
  }

  /**
   * Puts `count` points, from number `from` on, into the block at `at`; the last is repeated up to `room` places.
   * Without `at` the points fill the block. Returns how many there are.
   */
  load(
    columns: readonly Float64Array[],
    from: number,
    count = Math.min(this.block, (columns[0]?.length ?? 0) - from),
    at = 0,
    room = this.block,
  ): number {
    const { inputs } = this.view();
    columns.forEach((column, k) => {
      const { middle, half } = this.engine.shape.inputs[k]!;
      const input = inputs[k]!;
      for (let p = 0; p < room; p++) {
        input[at + p] = (column[from + Math.min(p, count - 1)]! - middle) / half;
      }
    });
    return count;
  }

  /** The jets of the outputs at the block's points. */
  forward(): void {
    this.forwardProgram.run(this.engine.kernels);
  }

  /** Adds the gradient of the parameters for `outputGradients`, after `forward`. Overwrites `outputGradients`. */
  backward(): void {
    this.backwardProgram.run(this.engine.kernels);
  }

  private forwardCalls(): KernelCall[] {
    const { engine, stride, rowBytes, sliceBytes, order, table, tableEnd, scratch } = this;
    const size = engine.precision / 8;
    return engine.shape.steps.flatMap((step, k): KernelCall[] => {
      const from = this.states[k]!;
      const to = this.states[k + 1]!;
      if (step.type === "activation") {
        const kind = smoothActivations.indexOf(step.kind);
        const places = [from, to, step.width, sliceBytes, stride];
        return [["compose", kind, ...places, order, table, tableEnd, scratch]];
      }
      const { inputs, outputs } = step;
      const [weight, bias] = [engine.parameter(step.weight), engine.parameter(step.bias)];
      const strides = [rowBytes, stride, outputs * size, size];
      return [
        ["product", from, weight, to, inputs, outputs, ...strides],
        ["addBias", to, bias, outputs, sliceBytes, stride],
      ];
    });
  }

  private backwardCalls(): KernelCall[] {
    const { engine, stride, rowBytes, sliceBytes, order, table, tableEnd, scratch } = this;
    const size = engine.precision / 8;
    const calls: KernelCall[] = [];
    let [now, other] = this.back;
    for (let k = engine.shape.steps.length - 1; k >= 0; k--) {
      const step = engine.shape.steps[k]!;
      const from = this.states[k]!;
      if (step.type === "activation") {
        const kind = smoothActivations.indexOf(step.kind);
        const places = [from, this.states[k + 1]!, now, step.width, sliceBytes, stride];
        calls.push(["composeGradient", kind, ...places, order + 1, table, tableEnd, scratch]);
        continue;
      }
      const { inputs, outputs } = step;
      const gradient = engine.gradientOf(step.weight);
      calls.push(
        ["outer", from, now, gradient, inputs, outputs, rowBytes, stride],
        ["biasGradient", now, engine.gradientOf(step.bias), outputs, sliceBytes, stride],
      );
      if (k === 0) break;
      const places = [now, engine.parameter(step.weight), other, outputs, inputs];
      calls.push(["product", ...places, rowBytes, stride, size, outputs * size]);
      [now, other] = [other, now];
    }
    return calls;
  }
}

interface PassViews {
  readonly buffer: ArrayBufferLike;
  readonly inputs: readonly Floats[];
  readonly outputs: readonly Floats[];
  readonly outputGradients: readonly Floats[];
}

/** Faà di Bruno's terms in the form of composition.ts of the kernels. */
function chainTable(jet: readonly Operator[], sliceBytes: number): Int32Array {
  return Int32Array.from(
    chainTerms(jet).flatMap((terms, k) => [
      (k + 1) * sliceBytes,
      terms.length,
      ...terms.flatMap(({ order, factor, parts }) => [
        ...[order, parts.length, ...new Int32Array(Float64Array.of(factor).buffer)],
        ...parts.map((part) => part * sliceBytes),
      ]),
    ]),
  );
}
