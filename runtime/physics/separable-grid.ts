/** A term of a problem on grids of a separable network: symbols by dense products, block by block. */
import { KernelSet } from "./kernel-set.js";
import { Arena, floats, type Floats, type Precision, newMemory } from "./kernels.js";
import type { TermPoints } from "./points.js";
import type { AxisFactors } from "./separable-axis.js";
import type { Readout } from "./network.js";
import type { FieldBlock, TermPass } from "./solver-engine.js";
import type { TermSpec } from "./spec.js";

/** Points in a block, about. */
const BLOCK_POINTS = 2048;

interface Shared {
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;
}

/**
 * What a symbol is made of: for each order along the pencil, the products of derivatives of the other axes with
 * their factors.
 */
interface Recipe {
  readonly field: number;
  readonly site: number;
  readonly isValue: boolean;
  readonly orders: readonly {
    readonly along: number;
    readonly parts: readonly { readonly factor: number; readonly index: readonly number[] }[];
  }[];
}

export class GridTerm implements TermPass {
  readonly block = 2 * BLOCK_POINTS;

  constructor(
    private readonly spec: Pick<TermSpec, "sites" | "symbols">,
    /** By site, then by variable. */
    private readonly factors: readonly (readonly AxisFactors[])[],
    private readonly readout: Readout,
    private readonly shared: Shared,
    private readonly precision: Precision,
  ) {}

  run(points: TermPoints, backward: boolean, visit: (block: FieldBlock) => void): void {
    // The faces of a domain come one after the other; the sites of a condition belong together.
    const groups = this.spec.sites.length > 1 ? [points] : points.map((axes) => [axes]);
    let from = 0;
    for (const sites of groups) {
      from += this.runGrid(sites, from, backward, visit);
    }
  }

  private runGrid(
    sites: TermPoints,
    start: number,
    backward: boolean,
    visit: (block: FieldBlock) => void,
  ): number {
    const [first] = sites;
    const lengths = first!.map((axis) => axis.length);
    const along = lengths.lastIndexOf(Math.max(...lengths));
    const inner = Math.max(8, lengths[along]!);
    const pencils = lengths.reduce(
      (product, length, k) => (k === along ? product : product * length),
      1,
    );
    const rows = Math.min(pencils, Math.max(4, 4 * Math.floor(BLOCK_POINTS / inner / 4)));
    const states = sites.map((axes, site) => {
      // A single point along the pencil is repeated; the mean over it stays the same.
      const padded = axes.map((axis, k) =>
        k === along && axis.length < inner ? new Float64Array(inner).fill(axis[0]!) : axis,
      );
      return new SiteState(
        this.spec,
        padded,
        along,
        this.factors[site]!,
        this.readout,
        this.shared,
        {
          rows,
          inner,
          precision: this.precision,
        },
      );
    });
    const total = pencils * inner;
    const places = this.spec.symbols.map(({ site }, k) => {
      const before = this.spec.symbols.slice(0, k).filter((one) => one.site === site).length;
      return { site, before };
    });
    const coordinates = first!.map(() => new Float64Array(rows * inner));
    states.forEach((state, site) => state.prepare(site));
    for (let pencil = 0; pencil < pencils; pencil += rows) {
      const count = Math.min(rows, pencils - pencil);
      for (const state of states) state.forward(pencil, count);
      states[0]!.coordinates(coordinates, pencil, count);
      const values = places.map(({ site, before }) => states[site]!.values[before]!);
      const gradients = places.map(({ site, before }) => states[site]!.gradients[before]!);
      const block = { count: count * inner, from: start + pencil * inner, points: coordinates };
      visit({ ...block, values, gradients });
      if (backward) for (const state of states) state.backward(pencil, count);
    }
    if (backward) states.forEach((state) => state.finish());
    return total;
  }
}

interface Geometry {
  readonly rows: number;
  readonly inner: number;
  readonly precision: Precision;
}

/** The symbols of one site on one grid. */
class SiteState {
  values: Floats[] = [];
  gradients: Floats[] = [];
  private recipes: readonly Recipe[] = [];
  private readonly others: readonly number[];

  private readonly memory = newMemory();
  private readonly kernelSet;
  private stacks: {
    /** Factors along the pencil times readout weights, [orders * rank, inner], and their gradients. */
    readonly along: number;
    readonly alongView: Floats;
    readonly alongGradient: number;
    readonly alongGradientView: Floats;
    readonly alongTotal: Float64Array;
    /** Products of the other factors, [orders * rank, rows], and their gradients in double precision. */
    readonly across: number;
    readonly acrossView: Floats;
    readonly acrossGradient: number;
    readonly acrossGradientView: Float64Array;
    readonly value: number;
    readonly gradient: number;
  }[] = [];

  constructor(
    private readonly spec: Pick<TermSpec, "sites" | "symbols">,
    private readonly axes: readonly Float64Array[],
    private readonly along: number,
    private readonly factors: readonly AxisFactors[],
    private readonly readout: Readout,
    private readonly shared: Shared,
    private readonly geometry: Geometry,
  ) {
    this.kernelSet = new KernelSet(this.memory, geometry.precision);
    this.others = axes.map((_, k) => k).filter((k) => k !== along);
  }

  private get rank(): number {
    return this.readout.inputs;
  }

  /** Evaluates the axes and lays out what each symbol needs. */
  prepare(site: number): void {
    const { spec, along, axes, factors, geometry, rank } = this;
    factors.forEach((one, k) => one.forward(axes[k]!));
    this.recipes = spec.symbols
      .filter((symbol) => symbol.site === site)
      .map(({ field, operator }) => {
        const orders = [...new Set(operator.map(({ index }) => index[along]!))].sort();
        return {
          ...{ field, site },
          isValue: operator.length === 1 && operator[0]!.index.every((order) => order === 0),
          orders: orders.map((order) => ({
            along: order,
            parts: operator.filter(({ index }) => index[along] === order),
          })),
        };
      });
    const { rows, inner, precision } = geometry;
    const size = precision / 8;
    const arena = new Arena(this.memory);
    const places = this.recipes.map(({ orders }) => {
      const height = orders.length * rank;
      return {
        height,
        along: arena.take(height * inner * size),
        alongGradient: arena.take(height * inner * size),
        across: arena.take(height * rows * size),
        acrossGradient: arena.take(height * rows * 8),
        value: arena.take(rows * inner * size),
        gradient: arena.take(rows * inner * size),
      };
    });
    const view = (address: number, length: number): Floats =>
      floats(this.memory, precision, address, length);
    this.stacks = places.map((place) => ({
      ...place,
      alongView: view(place.along, place.height * inner),
      alongGradientView: view(place.alongGradient, place.height * inner),
      alongTotal: new Float64Array(place.height * inner),
      acrossView: view(place.across, place.height * rows),
      acrossGradientView: new Float64Array(
        this.memory.buffer,
        place.acrossGradient,
        place.height * rows,
      ),
    }));
    this.values = places.map(({ value }) => view(value, rows * inner));
    this.gradients = places.map(({ gradient }) => view(gradient, rows * inner));
    this.fillAlong();
  }

  /** Factors along the pencil, times the weight with which a field reads them. */
  private fillAlong(): void {
    const { factors, along, rank, geometry, readout, shared } = this;
    const { inner } = geometry;
    this.recipes.forEach(({ orders, field }, s) => {
      const { alongView } = this.stacks[s]!;
      orders.forEach(({ along: order }, m) => {
        const values = factors[along]!.values[order]!;
        for (let r = 0; r < rank; r++) {
          const weight = shared.parameters[readout.weight + r * readout.outputs + field]!;
          for (let j = 0; j < inner; j++) {
            alongView[(m * rank + r) * inner + j] = weight * values[r * inner + j]!;
          }
        }
      });
    });
  }

  /** Place of a pencil on each of the other axes. */
  private pencilAt(pencil: number, place: number[]): void {
    let rest = pencil;
    for (let k = this.others.length - 1; k >= 0; k--) {
      const length = this.axes[this.others[k]!]!.length;
      place[k] = rest % length;
      rest = Math.floor(rest / length);
    }
  }

  forward(pencil: number, count: number): void {
    const { rank, others, factors, geometry, readout, shared } = this;
    const kernels = this.kernelSet.now;
    const { inner, rows, precision } = geometry;
    const size = precision / 8;
    const place = others.map(() => 0);
    this.recipes.forEach(({ orders, field, isValue }, s) => {
      const stack = this.stacks[s]!;
      orders.forEach(({ parts }, m) => {
        for (let row = 0; row < count; row++) {
          this.pencilAt(pencil + row, place);
          for (let r = 0; r < rank; r++) {
            let sum = 0;
            for (const { factor, index } of parts) {
              let product = factor;
              for (let k = 0; k < others.length; k++) {
                const axis = factors[others[k]!]!;
                product *= axis.values[index[others[k]!]!]![r * axis.length + place[k]!]!;
              }
              sum += product;
            }
            stack.acrossView[(m * rank + r) * rows + row] = sum;
          }
        }
      });
      kernels.product(
        ...[stack.along, stack.across, stack.value, orders.length * rank, count],
        ...[inner * size, inner * size, rows * size, size],
      );
      if (!isValue) return;
      const bias = shared.parameters[readout.bias + field]!;
      const values = this.values[s]!;
      for (let p = 0; p < count * inner; p++) values[p]! += bias;
    });
  }

  coordinates(columns: readonly Float64Array[], pencil: number, count: number): void {
    const { inner } = this.geometry;
    const place = this.others.map(() => 0);
    for (let row = 0; row < count; row++) {
      this.pencilAt(pencil + row, place);
      this.others.forEach((axis, k) => {
        columns[axis]!.fill(this.axes[axis]![place[k]!]!, row * inner, (row + 1) * inner);
      });
      columns[this.along]!.set(this.axes[this.along]!, row * inner);
    }
  }

  backward(pencil: number, count: number): void {
    const { rank, others, factors, geometry, readout, shared } = this;
    const kernels = this.kernelSet.now;
    const { inner, rows, precision } = geometry;
    const size = precision / 8;
    const place = others.map(() => 0);
    this.recipes.forEach(({ orders, field, isValue }, s) => {
      const stack = this.stacks[s]!;
      const height = orders.length * rank;
      stack.acrossGradientView.fill(0);
      kernels.outer(
        ...[stack.along, stack.gradient, stack.acrossGradient],
        ...[height, count, inner * size, inner * size],
      );
      kernels.product(
        ...[stack.gradient, stack.across, stack.alongGradient, count, height],
        ...[inner * size, inner * size, size, rows * size],
      );
      const { alongTotal, alongGradientView } = stack;
      for (let k = 0; k < alongTotal.length; k++) alongTotal[k]! += alongGradientView[k]!;
      if (isValue) {
        let sum = 0;
        const gradients = this.gradients[s]!;
        for (let p = 0; p < count * inner; p++) sum += gradients[p]!;
        shared.gradient[readout.bias + field]! += sum;
      }
      orders.forEach(({ parts }, m) => {
        for (let row = 0; row < count; row++) {
          this.pencilAt(pencil + row, place);
          for (let r = 0; r < rank; r++) {
            const slope = stack.acrossGradientView[(m * rank + r) * count + row]!;
            for (const { factor, index } of parts) {
              for (let k = 0; k < others.length; k++) {
                let product = factor * slope;
                for (let l = 0; l < others.length; l++) {
                  if (l === k) continue;
                  const axis = factors[others[l]!]!;
                  product *= axis.values[index[others[l]!]!]![r * axis.length + place[l]!]!;
                }
                const own = factors[others[k]!]!;
                own.gradients[index[others[k]!]!]![r * own.length + place[k]!]! += product;
              }
            }
          }
        }
      });
    });
  }

  /** After the last block: gradients of the readout, of the axis along the pencil, and of all networks. */
  finish(): void {
    const { rank, factors, along, geometry, readout, shared } = this;
    const { inner } = geometry;
    this.recipes.forEach(({ orders, field }, s) => {
      const { alongTotal } = this.stacks[s]!;
      orders.forEach(({ along: order }, m) => {
        const values = factors[along]!.values[order]!;
        const gradients = factors[along]!.gradients[order]!;
        for (let r = 0; r < rank; r++) {
          const at = readout.weight + r * readout.outputs + field;
          const weight = shared.parameters[at]!;
          let sum = 0;
          for (let j = 0; j < inner; j++) {
            const total = alongTotal[(m * rank + r) * inner + j]!;
            sum += total * values[r * inner + j]!;
            gradients[r * inner + j]! += weight * total;
          }
          shared.gradient[at]! += sum;
        }
      });
    });
    for (const axis of factors) axis.backward();
  }
}
