/** What the neurons do: how many fire in each layer, and where and when. */
import type { ReportRun, SpikePicture } from "./data.js";
import { colourOf, strokeOf } from "./palette.js";
import {
  at,
  axes,
  axisNames,
  escape,
  frame,
  number,
  polyline,
  scaleOver,
  svg,
  x,
  y,
  type Frame,
} from "./svg.js";

/** Rates by layer as bars; over the steps as lines when there are several. */
export function rates({ examination }: ReportRun): string {
  const pictures = examination?.spikes ?? [];
  if (pictures.length === 0) return "";
  const place = new Map(examination!.energy.places.map((one) => [one.path, one]));
  const longest = Math.max(...pictures.map(({ path }) => path.length));
  const area: Frame = {
    ...frame(400, 60 + 26 * pictures.length, Math.min(180, 20 + 7 * longest)),
    top: 6,
  };
  const scale = scaleOver(
    pictures.map(({ path }) => 100 * (place.get(path)?.activity ?? 0)),
    { zero: true, ticks: 4 },
  );
  const ticks = scale.ticks.map((tick) => {
    const line = at(x(area, scale, tick));
    return `<line class="grid" x1="${line}" x2="${line}" y1="${area.top}" y2="${area.bottom}"/><text class="tick" x="${line}" y="${area.bottom + 16}" text-anchor="middle">${number(tick)}</text>`;
  });
  const bars = pictures.map(({ path }, k) => {
    const rate = 100 * (place.get(path)?.activity ?? 0);
    const top = area.top + 5 + k * 26;
    const end = x(area, scale, rate);
    return `<text class="label" x="${area.left - 8}" y="${top + 8}" dy="0.32em" text-anchor="end">${escape(path)}</text><rect x="${area.left}" y="${top}" width="${at(end - area.left)}" height="16" style="fill:${colourOf(k)}"><title>${escape(path)}: ${number(rate)} %</title></rect><text class="value" x="${at(end + 5)}" y="${top + 8}" dy="0.32em">${number(rate)}</text>`;
  });
  const name = axisNames(area, "values that are not 0, % of units and steps", "");
  const figure = `<figure>${svg(area, "Activity of each neuron layer", ticks.join("") + bars.join("") + name)}<figcaption>Activity of each neuron layer, measured on the whole test part.</figcaption></figure>`;
  return figure + overSteps(pictures, place);
}

function overSteps(
  pictures: readonly SpikePicture[],
  place: ReadonlyMap<string, { readonly activityAt: readonly number[] }>,
): string {
  const timed = pictures.filter(({ path }) => (place.get(path)?.activityAt.length ?? 0) > 1);
  if (timed.length === 0) return "";
  const area = frame(400, 260);
  const valuesOf = (path: string): number[] =>
    (place.get(path)?.activityAt ?? []).map((value) => 100 * value);
  const horizontal = scaleOver([1, ...timed.map(({ steps }) => steps)], { ticks: 4 });
  const vertical = scaleOver(
    timed.flatMap(({ path }) => valuesOf(path)),
    { zero: true },
  );
  const lines = timed.map(({ path }) => {
    const points = valuesOf(path).map(
      (value, t) => [x(area, horizontal, t + 1), y(area, vertical, value)] as const,
    );
    return `<g><title>${escape(path)}</title>${polyline(points, strokeOf(pictures.findIndex((one) => one.path === path)))}</g>`;
  });
  const titles = [
    { scale: horizontal, name: "time step" },
    { scale: vertical, name: "active units, %" },
  ] as const;
  return `<figure>${svg(area, "Activity over the time steps", axes(area, ...titles) + lines.join(""))}<figcaption>The same by time step; colours as in the bars.</figcaption></figure>`;
}

const CELL = 5;

/** Spikes of the first unit of the test part: one panel per layer. */
export function raster({ examination }: ReportRun): string {
  const pictures = examination?.spikes ?? [];
  if (pictures.length === 0) return "";
  const { unit } = examination!.energy;
  // A neuron behind the pooling has one column: that of the whole graph.
  const panels = pictures.map((picture, k) =>
    panel(picture, k, picture.rows === 1 ? unit : "node"),
  );
  const steps = Math.max(...pictures.map((picture) => picture.steps));
  const how =
    steps > 1
      ? "Columns are time steps, rows are units (channels of the first nodes)"
      : "Columns are nodes, rows are channels";
  return `<figure><div class="rasters">${panels.join("")}</div><figcaption>Where spikes fell for the first ${escape(unit)} of the test part. ${how}; a mark is a value that is not 0.</figcaption></figure>`;
}

/** One layer: its spikes as marks. */
export function panel(picture: SpikePicture, index: number, item: string): string {
  const { path, steps, rows, channels, spikes } = picture;
  const isTimed = steps > 1;
  const units = rows * channels;
  const [columns, lines] = isTimed ? [steps, units] : [rows, channels];
  const wide = isTimed ? 14 : CELL;
  const tall = isTimed ? 2 : CELL;
  const area: Frame = {
    width: Math.max(150, 40 + columns * wide),
    height: 44 + lines * tall,
    left: 34,
    top: 6,
    right: 34 + columns * wide,
    bottom: 6 + lines * tall,
  };
  let cells = "";
  for (const spike of spikes) {
    const step = Math.floor(spike / units);
    const unit = spike % units;
    const [column, line] = isTimed ? [step, unit] : [Math.floor(unit / channels), unit % channels];
    cells += `M${area.left + column * wide} ${area.top + line * tall}h${wide - 1}v${tall - (tall > 2 ? 1 : 0.4)}h${1 - wide}z`;
  }
  const box = `<rect class="box" x="${area.left}" y="${area.top}" width="${columns * wide}" height="${lines * tall}"/>`;
  // The numbers of the first and the last column and row; one where there is but one.
  const [below, middle] = [area.bottom + 14, at((area.left + area.right) / 2)];
  const numbers = [
    columns === 1
      ? `<text class="tick" x="${middle}" y="${below}" text-anchor="middle">1</text>`
      : `<text class="tick" x="${area.left}" y="${below}">1</text><text class="tick" x="${area.right}" y="${below}" text-anchor="end">${columns}</text>`,
    lines === 1
      ? ""
      : `<text class="tick" x="${area.left - 5}" y="${area.top + 8}" text-anchor="end">1</text>`,
    `<text class="tick" x="${area.left - 5}" y="${area.bottom}" text-anchor="end">${lines}</text>`,
  ];
  const ends = numbers.join("");
  const names = `<text class="name" x="${middle}" y="${area.bottom + 30}" text-anchor="middle">${isTimed ? "time step" : escape(item)}</text>`;
  const name = `${escape(path)}: ${number((100 * spikes.length) / Math.max(1, units * steps))} %`;
  return `<div><p class="panel">${name}</p>${svg(area, `Spikes of ${path}`, `${box}<path d="${cells}" style="fill:${colourOf(index)}"/>${ends}${names}`, true)}</div>`;
}
