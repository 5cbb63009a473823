/**
 * Spiking neurons in any model: they stand in for its activations, wherever these are. What lies between two
 * activations (products, sums over neighbours, pooling) works on spikes as it worked on values.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Substitute } from "../tensor/ops/activation.js";
import { largestOfDigits } from "./spiking.js";

/**
 * two-threshold, on-mean, digits: see `spiking.ts`; on-mean and digits are centred per column (channel).
 * quantised: no spikes, values rounded to 2^bits over the range of the layer.
 */
export type SiteRule = "two-threshold" | "on-mean" | "digits" | "quantised";

/** The range of an activation on the calibration part, by column, in the order of the calls of one forward pass. */
interface Range {
  readonly width: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The activations of a model. */
export class Sites {
  private readonly ranges: Range[] = [];
  private next = 0;

  /** Starts a forward pass: its first activation is the first site again. */
  begin(): void {
    this.next = 0;
  }

  get count(): number {
    return this.ranges.length;
  }

  /** Widens the ranges by what it sees. */
  readonly look: Substitute = (x, f) => {
    const value = f(x);
    const width = value.shape.at(-1) ?? 1;
    const at = this.next++;
    const range = (this.ranges[at] ??= {
      width,
      low: new Float64Array(width).fill(Infinity),
      high: new Float64Array(width).fill(-Infinity),
    });
    value.dataSync().forEach((one, k) => {
      const c = k % width;
      range.low[c] = Math.min(range.low[c]!, one);
      range.high[c] = Math.max(range.high[c]!, one);
    });
    return value;
  };

  /** Neurons for one input: `begin` before each of its forward passes. */
  neurons(rule: SiteRule, steps: number): Neurons {
    return new Neurons(this, this.ranges, rule, steps);
  }

  /** The range of the activation that is called next. */
  take(): number {
    return this.next++;
  }
}

/** Neurons of all sites, with their state. */
export class Neurons {
  /** Spikes, and the number of neurons, so far. */
  emissions = 0;
  units = 0;
  private readonly states: { readonly sum: Float64Array; readonly emitted: Float64Array }[] = [];

  constructor(
    private readonly sites: Sites,
    private readonly ranges: readonly Range[],
    private readonly rule: SiteRule,
    private readonly steps: number,
  ) {}

  /** Forward passes of one input: digits go layer after layer, so that one pass has all of them. */
  get passes(): number {
    return this.rule === "digits" || this.rule === "quantised" ? 1 : this.steps;
  }

  /** Step t, from 1. */
  substitute(t: number): Substitute {
    return (x, f) => {
      const at = this.sites.take();
      const range = this.ranges[at]!;
      if (t === 1) this.units += x.size;
      if (this.rule === "digits" || this.rule === "quantised") {
        const values = f(x);
        const out = values.dataSync().map((one, k) => this.rounded(one, k, range));
        return tf.tensor(out as Float32Array, values.shape);
      }
      const state = (this.states[at] ??= {
        sum: new Float64Array(x.size),
        emitted: new Float64Array(x.size),
      });
      x.dataSync().forEach((one, k) => (state.sum[k]! += one));
      return this.rule === "on-mean"
        ? this.onMean(x, f, state, range, t)
        : this.twoThresholds(x, state, range);
    };
  }

  private rounded(value: number, k: number, { width, low, high }: Range): number {
    if (this.rule === "quantised") {
      const [least, most] = [Math.min(...low), Math.max(...high)];
      const size = Math.max(most - least, 1e-9) / (2 ** this.steps - 1);
      const place = Math.round((value - least) / size);
      return least + size * Math.min(2 ** this.steps - 1, Math.max(0, place));
    }
    const [centre, reach] = centreOf(low[k % width]!, high[k % width]!);
    const most = largestOfDigits(this.steps);
    const n = Math.max(-most, Math.min(most, Math.round(((value - centre) * most) / reach)));
    this.emissions += digitsOf(Math.abs(n));
    return centre + (n * reach) / most;
  }

  private onMean(
    x: Tensor,
    f: (x: Tensor) => Tensor,
    { sum, emitted }: { readonly sum: Float64Array; readonly emitted: Float64Array },
    { width, low, high }: Range,
    t: number,
  ): Tensor {
    const mean = tf.tensor(
      Float32Array.from(sum, (one) => one / t),
      x.shape,
    );
    const values = f(mean).dataSync();
    const out = new Float32Array(values.length);
    for (let k = 0; k < out.length; k++) {
      const [centre, reach] = centreOf(low[k % width]!, high[k % width]!);
      const wanted = (t * (values[k]! - centre) - emitted[k]!) / reach;
      const sign = Math.max(-1, Math.min(1, Math.round(wanted)));
      emitted[k]! += sign * reach;
      out[k] = centre + sign * reach;
      if (sign !== 0) this.emissions += 1;
    }
    return tf.tensor(out, x.shape);
  }

  /** Zhang et al.: thresholds of the whole layer, the clip instead of the activation. */
  private twoThresholds(
    x: Tensor,
    { sum }: { readonly sum: Float64Array },
    { low, high }: Range,
  ): Tensor {
    const [down, up] = [Math.min(...low), Math.max(...high)];
    const out = new Float32Array(sum.length);
    for (let k = 0; k < out.length; k++) {
      sum[k]! += (up + down) / (2 * this.steps);
      const spike = up > 0 && sum[k]! >= up ? up : down < 0 && sum[k]! <= down ? down : 0;
      sum[k]! -= spike;
      out[k] = spike;
      if (spike !== 0) this.emissions += 1;
    }
    return tf.tensor(out, x.shape);
  }
}

function centreOf(low: number, high: number): readonly [number, number] {
  return [(low + high) / 2, Math.max((high - low) / 2, 1e-9)];
}

/** Signed digits that are not 0 when no two follow one another: Reitwieser (1960), the bits of 3n xor n. */
export function digitsOf(n: number): number {
  let bits = ((3 * n) ^ n) >>> 0;
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count += 1;
  return count;
}
