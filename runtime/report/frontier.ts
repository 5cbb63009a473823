/** A network in spikes: what accuracy a number of additions buys, for every design and its rival with few bits. */
import type { ConversionPicture } from "./data.js";
import { colourOf, legend, marker } from "./palette.js";
import { panel } from "./spikes.js";
import { at, axes, escape, frame, number, scaleOver, svg, x, y } from "./svg.js";

/** rate x T at which additions cost as much as the multiply-accumulates they replace: 4.6 pJ / 0.9 pJ. */
const EVEN = 5.1;
/** Errors below are drawn here: there is nothing left to see. */
const LEAST = 1e-6;

export function inSpikes(conversion: ConversionPicture): string {
  const rasters = conversion.spikes.map((picture, k) => panel(picture, k, "input")).join("");
  return [
    `<h3>In spikes</h3>${frontier(conversion)}${table(conversion)}`,
    rasters === ""
      ? ""
      : `<figure><div class="rasters">${rasters}</div><figcaption>Spikes for one input. Columns are time steps, rows are neurons; with digits every layer has steps of its own, after those of the layer before it.</figcaption></figure>`,
  ].join("\n");
}

function frontier({ rows, quantised, field }: ConversionPicture): string {
  const names = [...new Set(rows.map(({ design }) => design))];
  const shown = rows.filter(({ rateTimesSteps }) => rateTimesSteps > 0);
  if (shown.length === 0) return "";
  const area = { ...frame(860, 420), right: 770 };
  const error = (value: number): number => Math.max(LEAST, value);
  const across = scaleOver([EVEN, ...shown.map((row) => row.rateTimesSteps)], { log: true });
  const up = scaleOver(
    [...shown, ...quantised].map(({ againstNetwork }) => error(againstNetwork)),
    { log: true },
  );
  const marks = shown.map(({ design, steps, rateTimesSteps, againstNetwork }) => {
    const label = escape(`${design}, T = ${steps}: ${percent(againstNetwork)}`);
    const [px, py] = [x(area, across, rateTimesSteps), y(area, up, error(againstNetwork))];
    return marker(names.indexOf(design), px, py, label);
  });
  const even = at(x(area, across, EVEN));
  const bits = quantised
    .filter(({ rounded }) => rounded !== "activations")
    .map(({ bits: count, againstNetwork }) => {
      const line = at(y(area, up, error(againstNetwork)));
      return `<line class="dense" x1="${area.left}" x2="${area.right}" y1="${line}" y2="${line}"/><text class="tick" x="${area.right + 6}" y="${line}" dy="0.32em">${count} bits</text>`;
    });
  const titles = [
    { scale: across, name: "rate x T: additions for each multiply-accumulate (logarithmic)" },
    { scale: up, name: `distance of ${field} to the network` },
  ] as const;
  const limit = `<line x1="${even}" x2="${even}" y1="${area.top}" y2="${area.bottom}" style="stroke:${colourOf(3)}" stroke-width="1.5"/>`;
  const content = axes(area, ...titles) + bits.join("") + limit + marks.join("");
  const keys = legend(names.map((name, index) => ({ name: escape(name), index })));
  return `${keys}<figure>${svg(area, "Error against additions", content)}<figcaption>Left of the upright line at ${EVEN} the additions (0.9 pJ) cost less than the network in 32-bit floats (4.6 pJ). Dashed: the same network without spikes, weights and activations in few bits. Errors below ${number(LEAST)} are drawn there.</figcaption></figure>`;
}

function table({ rows }: ConversionPicture): string {
  const steps = [...new Set(rows.map((row) => row.steps))].sort((a, b) => a - b);
  const names = [...new Set(rows.map(({ design }) => design))];
  const body = names.map((design) => {
    const cells = steps.map((count) => {
      const row = rows.find((one) => one.design === design && one.steps === count);
      const text =
        row === undefined ? "" : `${percent(row.againstNetwork)} (${number(row.rateTimesSteps)})`;
      return `<td>${text}</td>`;
    });
    return `<tr><th scope="row">${escape(design)}</th>${cells.join("")}</tr>`;
  });
  const head = steps.map((count) => `<th>T = ${count}</th>`).join("");
  return `<div class="wide"><table><thead><tr><th>distance to the network (rate x T)</th>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function percent(value: number): string {
  return value < 1e-4 ? number(value, 2) : `${number(100 * value)} %`;
}
