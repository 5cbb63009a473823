/** The report as one HTML file: style, pictures and numbers inside, nothing fetched, no script. */
import { learningCurves } from "./curves.js";
import { equilibria } from "./equilibria.js";
import { energyBars, qualityAgainstEnergy } from "./costs.js";
import { variantsOf, type BaselineRun, type ReportRun, type Variant } from "./data.js";
import { colourOf, paletteCss } from "./palette.js";
import type { FieldSlice } from "../physics/slices.js";
import { fieldPictures } from "./fields.js";
import { inSpikes } from "./frontier.js";
import { predictions } from "./predictions.js";
import { raster, rates } from "./spikes.js";
import { escape } from "./svg.js";
import { layerTable, variantRows, variantTable } from "./tables.js";

const style = `
:root{color-scheme:light dark;--page:#ffffff;--text:#1b1f24;--soft:#59636e;--line:#d5dae0;--panel:#f6f8fa;${paletteCss.light}}
@media (prefers-color-scheme:dark){:root{--page:#14181d;--text:#e6eaee;--soft:#9aa5b1;--line:#343b44;--panel:#1c2229;${paletteCss.dark}}}
body{margin:0 auto;padding:28px 24px 60px;max-width:1240px;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}
h1{font-size:26px;margin:0 0 4px}h2{font-size:20px;margin:40px 0 10px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:16px;margin:24px 0 8px}
.about,.note,figcaption{color:var(--soft);font-size:13px}.about{margin:0 0 14px}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px;overflow-x:auto;font-size:13px}
table{border-collapse:collapse;font-size:12.5px;font-variant-numeric:tabular-nums}
th,td{padding:4px 6px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom;white-space:normal}th[scope=row],thead th:first-child{text-align:left}
tfoot th,tfoot td{border-top:2px solid var(--line);font-weight:600}
.wide{overflow-x:auto}.confusion td,.confusion th{text-align:center}
figure{margin:0;min-width:0}svg{width:100%;height:auto;display:block}
.charts,.detail{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:20px 28px;align-items:start}
.rasters{display:flex;flex-wrap:wrap;gap:14px 20px}.panel{margin:0 0 2px;font-size:12px}
.legend{margin:4px 0 10px;font-size:13px}.key{display:inline-flex;align-items:center;gap:6px;margin-right:16px}.key svg{width:auto}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:11px}.name{fill:var(--text);font-size:12.5px}.label{fill:var(--text);font-size:12.5px}.value{fill:var(--soft);font-size:10.5px}
.seed{opacity:.28;stroke-width:1}.spread{stroke:var(--text);stroke-width:1.4}.dense{stroke:var(--text);stroke-width:1.4;stroke-dasharray:6 4}.box{fill:var(--panel);stroke:var(--line)}
.swatch{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:8px}
`;

/** Metrics that a picture of quality shows, the first that was measured. */
const qualities = [
  "r2",
  "accuracy",
  "f1_micro",
  "f1_macro",
  "relative_error",
  "mae",
  "rmse",
  "mse",
  "loss",
];

/**
 * The page.
 * @param runs in the order in which their variants are to be shown
 * @param about the tool and its version
 * @param baselines rows below the variants
 */
export function reportPage(
  runs: readonly ReportRun[],
  about: { readonly title: string; readonly tool: string; readonly command: string },
  baselines: readonly BaselineRun[] = [],
): string {
  const variants = variantsOf(runs);
  const backends = [...new Set(runs.map(({ record }) => record.backend))].join(", ");
  const data = [...new Set(runs.map(({ record }) => record.data))].join(", ");
  const measured = new Set(
    runs.flatMap(({ record }) => Object.keys(record.metrics?.["test"] ?? {})),
  );
  const quality = qualities.find((name) => measured.has(name));
  const problems = [
    ...new Set(runs.flatMap(({ problem }) => (problem === undefined ? [] : [problem]))),
  ];
  const body = [
    `<h1>${escape(about.title)}</h1>`,
    `<p class="about">${variants.length} ${variants.length === 1 ? "model" : "models"}, ${runs.length} runs on ${escape(data)}; backend ${escape(backends)}; ${escape(about.tool)}</p>`,
    problems.map((text) => `<p><strong>Not measured:</strong> ${escape(text)}</p>`).join(""),
    `<h2>Variants</h2>${variantTable(variantRows(variants, baselines))}`,
    quality === undefined
      ? ""
      : `<h2>What the energy buys</h2>${qualityAgainstEnergy(variants, quality)}`,
    `<h2>Energy</h2>${energyBars(variants)}`,
    `<h2>Learning</h2>${learningCurves(variants)}`,
    ...variants.map(variantSection),
    `<h2>Repeat it</h2><p>Every run is a function of its source, data, seed and backend:</p><pre>${escape(commands(runs))}</pre><p>This page:</p><pre>${escape(about.command)}</pre>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(about.title)}</title><style>${style}</style></head>
<body>
${body.filter((part) => part !== "").join("\n")}
</body></html>
`;
}

/** Pictures of one variant: all seeds in the predictions, the first seed in the rest. */
function variantSection({ name, runs, index }: Variant): string {
  const solver =
    runs.find(({ conversion }) => conversion !== undefined) ??
    runs.find(({ solution }) => solution !== undefined);
  if (solver?.solution !== undefined) return solutionSection(name, index, solver, solver.solution);
  const shown = runs.find(({ examination }) => examination !== undefined);
  if (shown === undefined) return "";
  const pictures = [predictions(runs, index), rates(shown), equilibria(shown)].filter(
    (part) => part !== "",
  );
  const spikes = raster(shown);
  return [
    `<h2><span class="swatch" style="background:${colourOf(index)}"></span>${escape(name)}</h2>`,
    `<p class="about">${shown.record.parameters} parameters; layers and spikes of seed ${shown.record.seed}</p>`,
    `<div class="detail">${pictures.map((part) => `<div>${part}</div>`).join("")}</div>`,
    spikes === "" ? "" : `<h3>Spikes</h3>${spikes}`,
    `<h3>Layers</h3>${layerTable(shown)}`,
  ].join("\n");
}

/** What one run of a solver found. */
function solutionSection(
  name: string,
  index: number,
  { record: { parameters, seed, message }, conversion }: ReportRun,
  solution: readonly FieldSlice[],
): string {
  return [
    `<h2><span class="swatch" style="background:${colourOf(index)}"></span>${escape(name)}</h2>`,
    `<p class="about">${parameters} parameters; solution of seed ${seed}${message === undefined ? "" : `; ${escape(message)}`}</p>`,
    fieldPictures(solution),
    conversion === undefined ? "" : inSpikes(conversion),
  ].join("\n");
}

/** One line for each variant, with its seeds. */
function commands(runs: readonly ReportRun[]): string {
  const seeds = new Map<string, number[]>();
  for (const { command, record } of runs) {
    seeds.set(command, [...(seeds.get(command) ?? []), record.seed]);
  }
  return [...seeds].map(([command, list]) => `${command} --seeds ${list.join(",")}`).join("\n");
}
