/** Learning curves: a thin line for each seed, a thick one for their mean. */
import type { EpochRecord } from "../train/run-folder.js";
import { isLargerBetter } from "../train/metrics.js";
import type { Variant } from "./data.js";
import { legend, strokeOf } from "./palette.js";
import { axes, escape, frame, polyline, scaleOver, svg, x, y } from "./svg.js";

type Read = (epoch: EpochRecord) => number | undefined;

function chart(variants: readonly Variant[], name: string, read: Read, mayBeLog: boolean): string {
  const all = variants.flatMap(({ runs }) => runs.flatMap(({ epochs }) => epochs));
  const values = all.map(read).filter((value) => value !== undefined);
  if (values.length === 0) return "";
  const area = frame(560, 330);
  const least = Math.min(...values);
  const spread = Math.max(...values) / least;
  const vertical = scaleOver(values, { log: mayBeLog && least > 0 && spread > 5 });
  const horizontal = scaleOver([0, ...all.map(({ epoch }) => epoch)]);
  const lines = variants.map(({ runs, index, name: variant }) => {
    const place = (epoch: number, value: number | undefined): [number, number] => [
      x(area, horizontal, epoch),
      y(area, vertical, value ?? NaN),
    ];
    const seeds = runs.map(({ epochs }) =>
      polyline(
        epochs.map((epoch) => place(epoch.epoch, read(epoch))),
        `${strokeOf(index)} class="seed"`,
      ),
    );
    const length = Math.max(0, ...runs.map(({ epochs }) => epochs.length));
    const mean = Array.from({ length }, (_, k) => {
      const there = runs.flatMap(({ epochs }) => {
        const epoch = epochs[k];
        const value = epoch === undefined ? undefined : read(epoch);
        return value === undefined ? [] : [value];
      });
      // Seeds that stopped early leave the mean of the others.
      return place(k + 1, there.reduce((sum, value) => sum + value, 0) / there.length);
    });
    return `<g><title>${escape(variant)}</title>${runs.length > 1 ? seeds.join("") : ""}${polyline(mean, strokeOf(index))}</g>`;
  });
  const titles = [
    { scale: horizontal, name: "epoch" },
    { scale: vertical, name },
  ] as const;
  return `<figure>${svg(area, `${name} over the epochs`, axes(area, ...titles) + lines.join(""))}<figcaption>${escape(name)}${vertical.isLog ? " (logarithmic)" : ""}</figcaption></figure>`;
}

/** Nothing was solved where this is 0. */
function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** Training loss, the validation value that chooses the weights, firing, and how equilibria were found. */
export function learningCurves(variants: readonly Variant[]): string {
  const selects = new Set(variants.flatMap(({ runs }) => runs.map(({ record }) => record.select)));
  const charts = [
    chart(variants, "training loss", ({ loss }) => loss, true),
    ...[...selects].map((select) =>
      chart(
        variants,
        `validation ${select}`,
        ({ validation }) => validation?.[select],
        !isLargerBetter(select),
      ),
    ),
    chart(
      variants,
      "firing fraction of the neurons, %",
      ({ spike_rate }) => (spike_rate > 0 ? 100 * spike_rate : undefined),
      false,
    ),
    chart(
      variants,
      "largest residual of an equilibrium",
      ({ solves }) => positive(solves?.residual),
      true,
    ),
    chart(
      variants,
      "evaluations to reach an equilibrium",
      ({ solves }) => positive(solves?.forward),
      false,
    ),
  ];
  return `${legend(variants)}<div class="charts">${charts.join("")}</div>`;
}
