/** Energy: bars by variant with the line of the dense network, and what the energy buys. */
import type { Skipping } from "../energy/work.js";
import { isLargerBetter } from "../train/metrics.js";
import { spreadOf, type Spread, type Variant } from "./data.js";
import { colourOf, legend, marker } from "./palette.js";
import {
  at,
  axes,
  axisNames,
  escape,
  frame,
  number,
  scaleOver,
  svg,
  x,
  y,
  type Frame,
} from "./svg.js";

const rules: readonly { rule: Skipping; name: string; colour: number }[] = [
  { rule: "nothing", name: "no zero skipped (dense hardware)", colour: 6 },
  { rule: "events", name: "zeros skipped on event wires", colour: 0 },
  { rule: "zeros", name: "every zero skipped", colour: 2 },
];

/** Microjoules per unit of a variant, over its seeds. */
export function energyOf({ runs }: Variant, rule: Skipping): Spread | undefined {
  return spreadOf(
    runs.map(({ examination }) => {
      const joules = examination?.energy.total[rule].joules;
      return joules === undefined ? undefined : joules * 1e6;
    }),
  );
}

/** A network without a neuron: no wire of it carries events. */
function isDense(variant: Variant): boolean {
  const dense = energyOf(variant, "nothing")?.mean;
  return dense !== undefined && energyOf(variant, "events")?.mean === dense;
}

export function energyBars(variants: readonly Variant[]): string {
  const shown = variants.filter((variant) => energyOf(variant, "nothing") !== undefined);
  const [first] = shown;
  if (first === undefined) return "<p>No energy was measured.</p>";
  const { unit, model } = first.runs.find(({ examination }) => examination !== undefined)!
    .examination!.energy;
  const bar = 11;
  const group = rules.length * bar + 14;
  const longest = Math.max(...shown.map(({ name }) => name.length));
  const area: Frame = {
    ...frame(860, shown.length * group + 70, Math.min(260, 24 + 7.5 * longest)),
    top: 22,
  };
  // A little more than the longest bar and its spread: its number is written behind it.
  const values = shown.flatMap((one) =>
    rules.map(({ rule }) => {
      const { mean, deviation = 0 } = energyOf(one, rule)!;
      return 1.05 * (mean + deviation);
    }),
  );
  const scale = scaleOver(values, { zero: true, ticks: 7 });
  const parts: string[] = [];
  for (const tick of scale.ticks) {
    const line = at(x(area, scale, tick));
    parts.push(
      `<line class="grid" x1="${line}" x2="${line}" y1="${area.top}" y2="${area.bottom}"/>`,
      `<text class="tick" x="${line}" y="${area.bottom + 16}" text-anchor="middle">${number(tick)}</text>`,
    );
  }
  shown.forEach((variant, k) => {
    const top = area.top + k * group + 6;
    parts.push(
      `<text class="label" x="${area.left - 8}" y="${at(top + (rules.length * bar) / 2)}" dy="0.32em" text-anchor="end">${escape(variant.name)}</text>`,
    );
    rules.forEach(({ rule, name, colour }, row) => {
      const { mean, deviation = 0 } = energyOf(variant, rule)!;
      const end = x(area, scale, mean);
      const reach = x(area, scale, Math.min(scale.high, mean + deviation));
      const middle = top + row * bar + bar / 2 - 1;
      parts.push(
        `<rect x="${area.left}" y="${at(top + row * bar)}" width="${at(end - area.left)}" height="${bar - 2}" style="fill:${colourOf(colour)}" ${colour === 6 ? 'fill-opacity="0.35"' : ""}><title>${escape(variant.name)}, ${name}: ${number(mean, 4)} µJ</title></rect>`,
        `<text class="value" x="${at(reach + 5)}" y="${at(middle)}" dy="0.32em">${number(mean)}</text>`,
      );
      if (deviation > 0) {
        const from = at(x(area, scale, Math.max(0, mean - deviation)));
        const to = at(reach);
        parts.push(
          `<line class="spread" x1="${from}" x2="${to}" y1="${at(middle)}" y2="${at(middle)}"/>`,
        );
      }
    });
  });
  // Of several dense networks the largest: the others are its ablations.
  const cost = (variant: Variant): number => energyOf(variant, "nothing")!.mean;
  const dense = shown.filter(isDense).sort((a, b) => cost(b) - cost(a))[0];
  if (dense !== undefined) {
    const line = at(x(area, scale, cost(dense)));
    parts.push(
      `<line class="dense" x1="${line}" x2="${line}" y1="${area.top - 4}" y2="${area.bottom}"/>`,
      `<text class="tick" x="${line}" y="${area.top - 8}" text-anchor="middle">${escape(dense.name)}, dense</text>`,
    );
  }
  parts.push(axisNames(area, `energy per ${unit} in µJ (${model.name})`, ""));
  const keys = rules.map(
    ({ name, colour }) =>
      `<span class="key"><svg viewBox="0 0 16 12" width="16" height="12" aria-hidden="true"><rect width="16" height="12" style="fill:${colourOf(colour)}" ${colour === 6 ? 'fill-opacity="0.35"' : ""}/></svg>${name}</span>`,
  );
  const note = dense === undefined ? "" : " The dashed line is the dense network without skipping.";
  return `<p class="legend">${keys.join("")}</p><figure>${svg(area, "Energy of each variant", parts.join(""))}<figcaption>Measured on the test part, mean over the seeds; thin lines are one standard deviation.${note} ${escape(model.source)}.</figcaption></figure>`;
}

/** Quality against energy: one small marker for each run, a large one with its spread for each variant. */
export function qualityAgainstEnergy(variants: readonly Variant[], metric: string): string {
  const points = variants.flatMap((variant) =>
    variant.runs.flatMap(({ record, examination }) => {
      const quality = record.metrics?.["test"]?.[metric];
      if (quality === undefined || examination === undefined) return [];
      return [{ variant, quality, energy: examination.energy.total.events.joules * 1e6 }];
    }),
  );
  if (points.length === 0) return "";
  const area = frame(860, 380);
  const energies = points.map(({ energy }) => energy);
  const horizontal = scaleOver(energies, { log: true });
  const means = variants.flatMap((variant) => {
    const own = points.filter((point) => point.variant === variant);
    const quality = spreadOf(own.map((point) => point.quality));
    const energy = spreadOf(own.map((point) => point.energy));
    if (quality === undefined || energy === undefined) return [];
    const reach = quality.deviation ?? 0;
    const ends = [quality.mean - reach, quality.mean + reach] as const;
    return [{ variant, count: own.length, quality: quality.mean, energy: energy.mean, ends }];
  });
  const vertical = scaleOver([
    ...points.map(({ quality }) => quality),
    ...means.flatMap(({ ends }) => ends),
  ]);
  const small = points.map(({ variant, quality, energy }) => {
    const label = `${escape(variant.name)}: ${number(quality, 4)} at ${number(energy, 4)} µJ`;
    return `<g opacity="0.45">${marker(variant.index, x(area, horizontal, energy), y(area, vertical, quality), label, 3)}</g>`;
  });
  const large = means.map(({ variant, count, quality, energy, ends }) => {
    const [px, py] = [x(area, horizontal, energy), y(area, vertical, quality)];
    const [low, high] = ends.map((value) => at(y(area, vertical, value)));
    const label = `${escape(variant.name)}, mean of ${count}: ${number(quality, 4)} at ${number(energy, 4)} µJ`;
    return `<line class="spread" x1="${at(px)}" x2="${at(px)}" y1="${low}" y2="${high}"/>${marker(variant.index, px, py, label, 6)}`;
  });
  const better = isLargerBetter(metric) ? "higher is better" : "lower is better";
  const titles = [
    {
      scale: horizontal,
      name: "energy per unit in µJ, zeros skipped on event wires (logarithmic)",
    },
    { scale: vertical, name: `test ${metric} (${better})` },
  ] as const;
  return `${legend(variants)}<figure>${svg(area, `Test ${metric} against energy`, axes(area, ...titles) + small.join("") + large.join(""))}<figcaption>Small marks are single runs, large ones means over the seeds with one standard deviation.</figcaption></figure>`;
}
