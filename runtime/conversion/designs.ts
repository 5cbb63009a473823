/** The ways to convert that are compared: the group's, the reference's, and ours. */
import type { Calibration } from "./calibrate.js";
import type { ScaleOptions, SpikingRule } from "./spiking.js";

/** A way to convert. */
export interface Design {
  readonly name: string;
  readonly rule: SpikingRule;
  readonly scale: ScaleOptions;
  /** Spikes in the readout, too, as the group's networks have. */
  readonly spikingReadout: boolean;
  readonly calibration: readonly Calibration[];
  /** Weights trained again in spikes, after calibration. */
  readonly isRetrained: boolean;
  /** Thresholds from the range of a layer's values, or that times the best of `thresholdGrid`, layer by layer. */
  readonly thresholds: "range" | "grid";
  /** Ratio and margin to choose from on the calibration inputs; only for radix. */
  readonly radices: readonly { readonly ratio: number; readonly margin: number }[];
  /** Steps beyond which there is nothing to see. */
  readonly most: number;
}

const layerwise: ScaleOptions = { per: "layer", centred: false, percentile: 1, levels: 1 };
const own: ScaleOptions = { per: "neuron", centred: true, percentile: 1, levels: 1 };
const graded: ScaleOptions = { ...own, levels: 3 };

const plain: Omit<Design, "name" | "rule"> = {
  scale: own,
  spikingReadout: false,
  calibration: [],
  isRetrained: false,
  thresholds: "range",
  radices: [{ ratio: 1, margin: 1 }],
  most: 1024,
};
/** As published: one pair of thresholds for a layer, spikes in the readout. */
const group = {
  ...plain,
  rule: "two-threshold",
  scale: layerwise,
  spikingReadout: true,
} as const;
const onMean = { ...plain, rule: "on-mean" } as const;
const radix = {
  ...plain,
  rule: "radix",
  radices: [1.2, 1.35, 1.5, 1.7, 2].flatMap((ratio) =>
    [1.5, 2.5, 4].map((margin) => ({ ratio, margin })),
  ),
} as const;
/** Takes a minute for many steps, and then has little to win. */
const again = { isRetrained: true, most: 16 } as const;
const digits = { ...plain, rule: "digits", most: 24 } as const;

export const designs: readonly Design[] = [
  { ...group, name: "two thresholds (Zhang et al.)" },
  {
    ...group,
    name: "two thresholds, percentile 99.9",
    scale: { ...layerwise, percentile: 0.999 },
  },
  { ...group, name: "two thresholds, bias and potential", calibration: ["bias", "potential"] },
  {
    ...group,
    name: "two thresholds on a grid, bias and potential",
    thresholds: "grid",
    calibration: ["bias", "potential"],
  },
  {
    ...group,
    name: "two thresholds, weights and bias",
    calibration: ["weights", "bias"],
    spikingReadout: false,
  },
  {
    ...group,
    name: "two thresholds, weights and bias, trained again",
    calibration: ["weights", "bias"],
    spikingReadout: false,
    ...again,
  },
  { ...onMean, name: "activation on the mean", scale: layerwise },
  {
    ...onMean,
    name: "activation on the mean, thresholds on a grid",
    scale: layerwise,
    thresholds: "grid",
  },
  {
    ...onMean,
    name: "activation on the mean, weights",
    scale: layerwise,
    calibration: ["weights"],
  },
  { ...onMean, name: "centred per neuron (ours)" },
  { ...onMean, name: "centred per neuron on a grid (ours)", thresholds: "grid" },
  { ...onMean, name: "centred per neuron, weights (ours)", calibration: ["weights"] },
  {
    ...onMean,
    name: "centred per neuron, weights, trained again (ours)",
    calibration: ["weights"],
    ...again,
  },
  {
    ...onMean,
    name: "7 levels, centred per neuron, weights (ours)",
    scale: graded,
    calibration: ["weights"],
  },
  { ...radix, name: "radix (ours)" },
  { ...radix, name: "radix, weights (ours)", calibration: ["weights"] },
  { ...digits, name: "digits (ours)" },
  { ...digits, name: "digits, weights (ours)", calibration: ["weights"] },
  {
    ...digits,
    name: "digits, weights, trained again (ours)",
    calibration: ["weights"],
    ...again,
  },
];
