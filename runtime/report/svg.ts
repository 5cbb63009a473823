/** Drawing by hand: escaped text, scales with round ticks, a frame with axes. No library, no script. */

/** Text for HTML and SVG. */
export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A number for a coordinate: two decimals are a hundredth of a pixel. */
export function at(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly isLog: boolean;
  /** Position of a value between 0 (low) and 1 (high). */
  place(value: number): number;
}

/** A scale over some values with round ends; logarithmic on request, if all values are positive. */
export function scaleOver(
  values: readonly number[],
  options: { readonly log?: boolean; readonly zero?: boolean; readonly ticks?: number } = {},
): Scale {
  const known = values.filter((value) => Number.isFinite(value));
  let low = options.zero === true ? 0 : Infinity;
  let high = options.zero === true ? 0 : -Infinity;
  for (const value of known) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = [0, 1];
  if (options.log === true && low > 0) return logScale(low, high);
  if (low === high)
    [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  const step = roundStep((high - low) / (options.ticks ?? 5));
  low = Math.floor(low / step + 1e-9) * step;
  high = Math.ceil(high / step - 1e-9) * step;
  const count = Math.round((high - low) / step);
  const ticks = Array.from({ length: count + 1 }, (_, k) => low + k * step);
  return { low, high, ticks, isLog: false, place: (value) => (value - low) / (high - low) };
}

function logScale(least: number, most: number): Scale {
  const wide = most / least > 30;
  const steps = wide ? [1] : [1, 2, 5];
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.log10(most) + 1; power++) {
    for (const step of steps) all.push(step * 10 ** power);
  }
  const low = all.filter((tick) => tick <= least * 1.0001).at(-1) ?? least;
  const high = all.find((tick) => tick >= most / 1.0001) ?? most;
  const end = high > low ? high : low * 2;
  const ticks = all.filter((tick) => tick >= low && tick <= end * 1.0001);
  const place = (value: number): number => Math.log(value / low) / Math.log(end / low);
  return { low, high: end, ticks, isLog: true, place };
}

/** 1, 2 or 5 times a power of ten, at least `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((one) => one * power >= step * 0.999) ?? 10;
  return factor * power;
}

/** A number for people: four digits, no noise. */
export function number(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa = "", power = ""] = value.toExponential(digits - 1).split("e");
    return `${mantissa.replace(/\.?0+$/, "")}e${power.replace("+", "")}`;
  }
  return String(Number(value.toPrecision(digits)));
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** The drawing area inside. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A frame of the usual margins. */
export function frame(width: number, height: number, left = 64, bottom = 44): Frame {
  return { width, height, left, top: 14, right: width - 16, bottom: height - bottom };
}

export const x = (area: Frame, scale: Scale, value: number): number =>
  area.left + scale.place(value) * (area.right - area.left);
export const y = (area: Frame, scale: Scale, value: number): number =>
  area.bottom - scale.place(value) * (area.bottom - area.top);

/** Grid lines, tick labels and names of both axes. */
export function axes(
  area: Frame,
  horizontal: { readonly scale: Scale; readonly name: string },
  vertical: { readonly scale: Scale; readonly name: string },
): string {
  const parts: string[] = [];
  for (const tick of vertical.scale.ticks) {
    const line = at(y(area, vertical.scale, tick));
    parts.push(
      `<line class="grid" x1="${area.left}" x2="${area.right}" y1="${line}" y2="${line}"/>`,
      `<text class="tick" x="${area.left - 8}" y="${line}" dy="0.32em" text-anchor="end">${number(tick)}</text>`,
    );
  }
  for (const tick of horizontal.scale.ticks) {
    const line = at(x(area, horizontal.scale, tick));
    parts.push(
      `<line class="grid" x1="${line}" x2="${line}" y1="${area.top}" y2="${area.bottom}"/>`,
      `<text class="tick" x="${line}" y="${area.bottom + 16}" text-anchor="middle">${number(tick)}</text>`,
    );
  }
  parts.push(axisNames(area, horizontal.name, vertical.name));
  return parts.join("");
}

export function axisNames(area: Frame, horizontal: string, vertical: string): string {
  const middle = (area.left + area.right) / 2;
  const centre = (area.top + area.bottom) / 2;
  return (
    `<text class="name" x="${at(middle)}" y="${area.height - 8}" text-anchor="middle">${escape(horizontal)}</text>` +
    `<text class="name" transform="translate(14 ${at(centre)}) rotate(-90)" text-anchor="middle">${escape(vertical)}</text>`
  );
}

/** A line through points; points that are not finite interrupt it. */
export function polyline(
  points: readonly (readonly [number, number])[],
  attributes: string,
): string {
  let path = "";
  let pen = "M";
  for (const [px, py] of points) {
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      pen = "M";
      continue;
    }
    path += `${pen}${at(px)} ${at(py)}`;
    pen = "L";
  }
  return path === "" ? "" : `<path d="${path}" fill="none" ${attributes}/>`;
}

/** The whole picture, described for people who do not see it; it shrinks with the page unless it is fixed. */
export function svg(area: Frame, description: string, content: string, fixed = false): string {
  const size = fixed ? `width:${area.width}px` : `max-width:${area.width}px`;
  return `<svg viewBox="0 0 ${area.width} ${area.height}" role="img" aria-label="${escape(description)}" style="${size}">${content}</svg>`;
}
