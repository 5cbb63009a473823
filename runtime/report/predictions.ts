/** Predicted against true: points around the diagonal, or a table of classes. */
import type { Comparison, ReportRun } from "./data.js";
import { colourOf } from "./palette.js";
import { at, axes, frame, number, scaleOver, svg, x, y } from "./svg.js";

/** The test predictions of all seeds of a variant in one picture. */
export function predictions(runs: readonly ReportRun[], index: number): string {
  const found = runs.flatMap(({ examination }) =>
    examination?.comparison === undefined ? [] : [examination.comparison],
  );
  const real = found.filter((one) => one.kind === "real");
  const labels = found.filter((one) => one.kind === "label");
  if (real.length > 0) return scatter(real, index);
  return labels.length > 0 ? confusion(labels) : "";
}

function scatter(list: readonly Extract<Comparison, { kind: "real" }>[], index: number): string {
  const area = frame(400, 380, 72);
  const actual = list.flatMap((one) => one.actual);
  const predicted = list.flatMap((one) => one.predicted);
  const scale = scaleOver([...actual, ...predicted], { ticks: 4 });
  const dots = actual.map(
    (value, k) =>
      `<circle cx="${at(x(area, scale, value))}" cy="${at(y(area, scale, predicted[k]!))}" r="2.2"/>`,
  );
  const [low, high] = [scale.low, scale.high];
  const diagonal = `<line class="dense" x1="${at(x(area, scale, low))}" y1="${at(y(area, scale, low))}" x2="${at(x(area, scale, high))}" y2="${at(y(area, scale, high))}"/>`;
  const titles = [
    { scale, name: "true" },
    { scale, name: "predicted" },
  ] as const;
  const count = list.reduce((sum, one) => sum + one.count, 0);
  const all = count === actual.length ? "" : ` of ${count}, evenly chosen`;
  return `<figure>${svg(area, "Predicted against true", `${axes(area, ...titles)}<g fill-opacity="0.5" style="fill:${colourOf(index)}">${dots.join("")}</g>${diagonal}`)}<figcaption>Predicted against true on the test part, in the units of the data; ${actual.length} points${all}. On the dashed line a prediction is right.</figcaption></figure>`;
}

function confusion(list: readonly Extract<Comparison, { kind: "label" }>[]): string {
  const size = Math.max(...list.map((one) => one.confusion.length));
  const sums = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) =>
      list.reduce((sum, one) => sum + (one.confusion[row]?.[column] ?? 0), 0),
    ),
  );
  const rows = sums.map((row, k) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, column) => {
      const share = total === 0 ? 0 : count / total;
      const percent = Math.round(55 * share);
      const title = `true ${k}, predicted ${column}: ${count} of ${total} (${number(100 * share)} %)`;
      return `<td title="${title}" style="background:color-mix(in srgb, var(--blue) ${percent}%, transparent)">${count}</td>`;
    });
    return `<tr><th scope="row">${k}</th>${cells.join("")}</tr>`;
  });
  const head = sums.map((_, column) => `<th scope="col">${column}</th>`).join("");
  return `<figure><table class="confusion"><thead><tr><th>true \\ predicted</th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table><figcaption>True classes (rows) against predicted ones (columns) on the test part, all seeds.</figcaption></figure>`;
}
