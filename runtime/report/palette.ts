/**
 * Colours that colour-blind people can tell apart (Okabe and Ito 2008), with a line style and a marker shape
 * as a second sign: the ninth variant has the first colour and another style.
 */
import { at } from "./svg.js";

const colours = [
  "blue",
  "orange",
  "green",
  "vermillion",
  "sky",
  "purple",
  "ink",
  "yellow",
] as const;
const dashes = ["", "7 3", "2 3", "9 3 2 3"];

/** Colours as CSS variables of the page, so that dark and light pages each have their own. */
export const paletteCss = {
  light:
    "--blue:#0072b2;--orange:#e69f00;--green:#009e73;--vermillion:#d55e00;--sky:#56b4e9;--purple:#cc79a7;--ink:#000000;--yellow:#b8ab00",
  dark: "--blue:#3d9ad1;--orange:#e69f00;--green:#1fbf93;--vermillion:#ee7a2b;--sky:#8accf2;--purple:#dd98bd;--ink:#ffffff;--yellow:#f0e442",
};

export function colourOf(index: number): string {
  return `var(--${colours[index % colours.length]!})`;
}

/** Attributes of a line. */
export function strokeOf(index: number): string {
  const dash = dashes[Math.floor(index / colours.length) % dashes.length]!;
  return `style="stroke:${colourOf(index)}" stroke-width="2"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}`;
}

/** A marker of about 10 pixels: circle, square, diamond, triangle by turns. */
export function marker(index: number, x: number, y: number, label: string, size = 5): string {
  const style = `style="fill:${colourOf(index)}"`;
  const title = `<title>${label}</title>`;
  const points = (list: readonly (readonly [number, number])[]): string =>
    `<polygon points="${list.map(([dx, dy]) => `${at(x + dx)},${at(y + dy)}`).join(" ")}" ${style}>${title}</polygon>`;
  const s = size;
  switch (index % 4) {
    case 0:
      return `<circle cx="${at(x)}" cy="${at(y)}" r="${s}" ${style}>${title}</circle>`;
    case 1:
      return points([
        [-s, -s],
        [s, -s],
        [s, s],
        [-s, s],
      ]);
    case 2:
      return points([
        [0, -s - 2],
        [s + 1, 0],
        [0, s + 2],
        [-s - 1, 0],
      ]);
    default:
      return points([
        [0, -s - 1],
        [s + 1, s],
        [-s - 1, s],
      ]);
  }
}

/** The legend of a chart: a sample of line and marker before each name. */
export function legend(
  names: readonly { readonly name: string; readonly index: number }[],
): string {
  const items = names.map(
    ({ name, index }) =>
      `<span class="key"><svg viewBox="0 0 34 14" width="34" height="14" aria-hidden="true"><path d="M0 7L34 7" ${strokeOf(index)}/>${marker(index, 17, 7, "", 4)}</svg>${name}</span>`,
  );
  return `<p class="legend">${items.join("")}</p>`;
}
