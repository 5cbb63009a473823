/** Pictures of what a solver found: heat maps of planes with the error beside them, profiles along one variable. */
import type { FieldSlice } from "../physics/slices.js";
import { bitmap, type Colour } from "./bitmap.js";
import { axes, at, escape, frame, number, polyline, scaleOver, svg, x, y } from "./svg.js";

/** From negative to positive (ColorBrewer RdBu), and from nothing to much (YlOrRd). */
const diverging: readonly Colour[] = [
  [33, 102, 172],
  [146, 197, 222],
  [247, 247, 247],
  [244, 165, 130],
  [178, 24, 43],
];
const rising: readonly Colour[] = [
  [255, 255, 229],
  [254, 217, 118],
  [253, 141, 60],
  [227, 26, 28],
  [128, 0, 38],
];
/** Profiles drawn through a plane, at these shares of its vertical variable. */
const PROFILES = [0.02, 0.25, 0.5, 0.75, 0.98];

/** All slices of one run. */
export function fieldPictures(slices: readonly FieldSlice[]): string {
  return slices
    .map((slice) => (slice.vertical === undefined ? line(slice) : plane(slice)))
    .join("");
}

function plane(slice: FieldSlice): string {
  const { found, exact, field } = slice;
  const where = placeOf(slice);
  const reach = largest([...found, ...(exact ?? [])]);
  const maps = [heatMap(slice, found, `${field}, the network${where}`, [-reach, reach], diverging)];
  if (exact !== undefined) {
    const error = found.map((value, k) => Math.abs(value - exact[k]!));
    const most = largest([...error]);
    maps.push(heatMap(slice, exact, `${field}, exact${where}`, [-reach, reach], diverging));
    maps.push(heatMap(slice, error, `|error| of ${field}${where}`, [0, most], rising));
  }
  return `<div class="rasters">${[...maps, profiles(slice, where)].join("")}</div>`;
}

function heatMap(
  { horizontal, vertical }: FieldSlice,
  cells: Float64Array,
  title: string,
  [low, high]: readonly [number, number],
  colours: readonly Colour[],
): string {
  const side = Math.round(Math.sqrt(cells.length));
  const area = { ...frame(300, 270), right: 232 };
  const across = exactScale(horizontal);
  const up = exactScale(vertical!);
  const size = high > low ? high - low : 1;
  const picture = bitmap(
    cells.map((value) => (value - low) / size),
    side,
    colours,
  );
  const [width, height] = [area.right - area.left, area.bottom - area.top];
  const image = `<image href="${picture}" x="${area.left}" y="${area.top}" width="${width}" height="${height}" preserveAspectRatio="none"/>`;
  const bar = bitmap(
    Float64Array.from({ length: 64 }, (_, k) => k / 63),
    1,
    colours,
  );
  const left = area.right + 14;
  const key = [
    `<image href="${bar}" x="${left}" y="${area.top}" width="12" height="${height}" preserveAspectRatio="none"/>`,
    ...[low, (low + high) / 2, high].map((value, k) => {
      const level = at(area.bottom - (k / 2) * height);
      return `<text class="tick" x="${left + 16}" y="${level}" dy="0.32em">${number(value, 2)}</text>`;
    }),
  ].join("");
  const names = [
    { scale: across, name: horizontal.name },
    { scale: up, name: vertical!.name },
  ] as const;
  const content = axes(area, ...names) + image + key;
  return `<figure>${svg(area, title, content, true)}<figcaption>${escape(title)}</figcaption></figure>`;
}

/** The network along the horizontal variable at a few values of the other, with the exact solution dashed. */
function profiles(slice: FieldSlice, where: string): string {
  const { horizontal, vertical, found, exact, field } = slice;
  const side = Math.round(Math.sqrt(found.length));
  const area = frame(380, 270);
  const across = exactScale(horizontal);
  const up = scaleOver([...found, ...(exact ?? [])]);
  const { low, high, name } = vertical!;
  const drawn = PROFILES.map((share) => {
    const row = Math.min(side - 1, Math.floor(share * side));
    const path = (values: Float64Array, style: string): string =>
      polyline(
        Array.from({ length: side }, (_, k) => [
          x(area, across, horizontal.low + ((k + 0.5) / side) * (horizontal.high - horizontal.low)),
          y(area, up, values[row * side + k]!),
        ]),
        style,
      );
    const opacity = at(0.3 + 0.7 * share);
    const value = number(low + ((row + 0.5) / side) * (high - low), 2);
    const solid = path(found, `style="stroke:var(--blue)" stroke-width="2" opacity="${opacity}"`);
    return `<g><title>${escape(`${name} = ${value}`)}</title>${solid}${exact === undefined ? "" : path(exact, `class="dense"`)}</g>`;
  });
  const names = [
    { scale: across, name: horizontal.name },
    { scale: up, name: field },
  ] as const;
  const title = `${field} along ${horizontal.name}, ${name} rising from pale to strong${exact === undefined ? "" : ", exact dashed"}${where}`;
  return `<figure>${svg(area, title, axes(area, ...names) + drawn.join(""), true)}<figcaption>${escape(title)}</figcaption></figure>`;
}

/** A problem in one variable. */
function line({ horizontal, found, exact, field }: FieldSlice): string {
  const area = frame(560, 300);
  const across = exactScale(horizontal);
  const up = scaleOver([...found, ...(exact ?? [])]);
  const path = (values: Float64Array, style: string): string =>
    polyline(
      Array.from(values, (value, k) => [
        x(
          area,
          across,
          horizontal.low + ((k + 0.5) / values.length) * (horizontal.high - horizontal.low),
        ),
        y(area, up, value),
      ]),
      style,
    );
  const content =
    path(found, `style="stroke:var(--blue)" stroke-width="2"`) +
    (exact === undefined ? "" : path(exact, `class="dense"`));
  const names = [
    { scale: across, name: horizontal.name },
    { scale: up, name: field },
  ] as const;
  const title = `${field}, the network${exact === undefined ? "" : "; exact dashed"}`;
  return `<figure>${svg(area, title, axes(area, ...names) + content)}<figcaption>${escape(title)}</figcaption></figure>`;
}

/** A scale that ends where the domain ends. */
function exactScale({ low, high }: FieldSlice["horizontal"]): ReturnType<typeof scaleOver> {
  const ticks = scaleOver([low, high], { ticks: 4 }).ticks.filter(
    (tick) => tick >= low && tick <= high,
  );
  return { low, high, ticks, isLog: false, place: (value) => (value - low) / (high - low) };
}

function placeOf({ fixed }: FieldSlice): string {
  if (fixed.length === 0) return "";
  return ` at ${fixed.map(({ name, value }) => `${name} = ${number(value, 3)}`).join(", ")}`;
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}
