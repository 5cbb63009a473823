/** How the equilibrium blocks of a run come to rest, and how fast their neurons fire there. */
import type { EquilibriumPicture, ReportRun } from "./data.js";
import { strokeOf } from "./palette.js";
import { axes, escape, frame, polyline, scaleOver, svg, x, y } from "./svg.js";

/** Firing rates over the snapshots, and residuals over the evaluations of each solve; empty without blocks. */
export function equilibria({ examination }: ReportRun): string {
  const pictures = examination?.equilibria ?? [];
  return ratesBySnapshot(pictures) + pictures.map(residuals).join("");
}

function ratesBySnapshot(pictures: readonly EquilibriumPicture[]): string {
  const lines = pictures
    .filter(({ rates }) => rates.length > 1)
    .map(({ path, rates }) => ({ name: path, values: rates.map((rate) => 100 * rate) }));
  if (lines.length === 0) return "";
  return curves(lines, {
    title: "Firing rate by snapshot",
    across: "snapshot",
    up: "mean firing rate, %",
    caption: "Mean rate at the equilibrium of each snapshot, over all nodes and channels.",
    isLog: false,
  });
}

function residuals({ path, residuals: found }: EquilibriumPicture): string {
  const lines = found.map((values, t) => ({ name: `snapshot ${t + 1}`, values }));
  if (lines.length === 0) return "";
  return curves(lines, {
    title: `Residuals of ${path}`,
    across: "evaluations of the map",
    up: "relative residual",
    caption: `How the solver of ${escape(path)} comes to the equilibrium: a line for each snapshot, in the colours of their order.`,
    isLog: true,
  });
}

interface Words {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly caption: string;
  readonly isLog: boolean;
}

function curves(
  lines: readonly { readonly name: string; readonly values: readonly number[] }[],
  { title, across, up, caption, isLog }: Words,
): string {
  const area = frame(400, 260);
  const longest = Math.max(...lines.map(({ values }) => values.length));
  const horizontal = scaleOver([1, longest], { ticks: 4 });
  const vertical = scaleOver(
    lines.flatMap(({ values }) => values),
    isLog ? { log: true } : { zero: true },
  );
  const drawn = lines.map(({ name, values }, k) => {
    const points = values.map(
      (value, at) => [x(area, horizontal, at + 1), y(area, vertical, value)] as const,
    );
    return `<g><title>${escape(name)}</title>${polyline(points, strokeOf(k))}</g>`;
  });
  const titles = [
    { scale: horizontal, name: across },
    { scale: vertical, name: up },
  ] as const;
  return `<figure>${svg(area, title, axes(area, ...titles) + drawn.join(""))}<figcaption>${caption}</figcaption></figure>`;
}
