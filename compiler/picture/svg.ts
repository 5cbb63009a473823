/** A model as an SVG picture: stages as boxes, wires as curves, time blocks as frames, a legend. */
import type { Kind } from "../ir/types.js";
import type { ModelGraph, Residency, Stage } from "./graph.js";
import { typeText } from "./graph.js";
import type { Placed, Point } from "./layout.js";
import { layout } from "./layout.js";

/** What stands beside a stage, by the path of its weights. */
export interface Notes {
  /** Number of its weights. */
  readonly weights: ReadonlyMap<string, number>;
  /** Share of its values that are not 0, measured. */
  readonly rates: ReadonlyMap<string, number>;
}

/** Fill and line of each kind: Okabe and Ito's colours, made light. */
const colours: Readonly<Record<Kind, readonly [fill: string, line: string]>> = {
  real: ["#eceff1", "#5f6b73"],
  graded: ["#d6ebf8", "#0072b2"],
  spike: ["#fde9c4", "#b87700"],
  trit: ["#f4dcea", "#a3507c"],
  sign: ["#d3efe5", "#00805d"],
  label: ["#f7f3c8", "#857b00"],
};
const meaning: Readonly<Record<Kind, string>> = {
  real: "any number",
  graded: "mostly 0",
  spike: "0 or 1",
  trit: "-1, 0 or 1",
  sign: "-1 or 1",
  label: "a class",
};
const residencies: Readonly<Record<Residency, string>> = {
  nodes: "on nodes",
  edges: "on edges",
  graphs: "on graphs",
  other: "no graph",
};
const HEIGHT = 56;
const BETWEEN = 34;
const BESIDE = 26;
const MARGIN = 24;
const HEAD = 34;
/** Width of a character: names and types are set in a fixed-width font, 12 px. */
const LETTER = 7.3;
const LEGEND = 168;

/** The picture, the same bytes for the same model and notes. */
export function drawModel(title: string, graph: ModelGraph, notes: Notes): string {
  const lines = graph.stages.map((stage) => linesOf(stage, notes));
  const widths = lines.map((texts) =>
    Math.max(96, Math.ceil(Math.max(...texts.map((text) => text.length)) * LETTER) + 30),
  );
  const placed = layout(graph, { widths, height: HEIGHT, between: BETWEEN, beside: BESIDE });
  const legendLeft = placed.width + 2 * MARGIN;
  const legend = legendOf(graph, notes, legendLeft);
  const width = legendLeft + LEGEND + MARGIN;
  const height = Math.max(placed.height, legend.height) + HEAD + 2 * MARGIN;
  const body = [
    ...graph.blocks.map(({ label, stages }) => frame(label, stages, placed, widths)),
    ...graph.wires.map(({ kind }, k) => wire(placed.wires[k], kind)),
    ...graph.stages.map((stage, k) => box(stage, lines[k], placed.stages[k], widths[k])),
    legend.text,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<style>text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1c2226}.head{font-weight:bold;font-size:15px}.title{font-weight:bold}.small{fill:#4a545b;font-size:11px}</style>`,
    `<defs>${markers(graph)}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text class="head" x="${MARGIN}" y="${MARGIN + 8}">${escape(title)}</text>`,
    `<g transform="translate(${MARGIN} ${HEAD + MARGIN})">`,
    ...body,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function linesOf(stage: Stage, { weights, rates }: Notes): readonly string[] {
  const isOwner = stage.role === "layer" || stage.role === "neuron";
  const count = isOwner ? weights.get(stage.name) : undefined;
  const rate = isOwner ? rates.get(stage.name) : undefined;
  const extra = [
    ...(count === undefined || count === 0 ? [] : [`${count.toLocaleString("en-US")} weights`]),
    ...(rate === undefined ? [] : [`fires ${(100 * rate).toFixed(1)} %`]),
  ];
  const name = stage.role === "output" ? "" : stage.name;
  return [stage.title, [name, ...extra].filter((one) => one !== "").join(" · "), typeText(stage)];
}

function box(stage: Stage, lines: readonly string[], { x, y }: Point, width: number): string {
  const [fill, line] = colours[stage.type.kind];
  const look = `fill="${fill}" stroke="${line}" stroke-width="${stage.role === "neuron" ? 2.5 : 1.2}"`;
  const shown = lines.filter((text) => text !== "");
  const top = y - (shown.length - 1) * 8;
  const texts = shown.map((text, k) => {
    const look = k === 0 ? ' class="title"' : k === shown.length - 1 ? "" : ' class="small"';
    return `<text${look} x="${x}" y="${top + 16 * k}" dy="0.35em" text-anchor="middle">${escape(text)}</text>`;
  });
  return `<g>${outline(stage.residency, x - width / 2, y - HEIGHT / 2, width, HEIGHT, look)}${texts.join("")}</g>`;
}

/** The shape says where the rows live: round on nodes, pointed on edges, double on graphs, plain elsewhere. */
function outline(
  residency: Residency,
  left: number,
  top: number,
  width: number,
  height: number,
  look: string,
): string {
  const right = left + width;
  const bottom = top + height;
  switch (residency) {
    case "nodes":
      return `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="${height / 3}" ${look}/>`;
    case "edges": {
      const cut = Math.min(14, height / 2);
      const middle = (top + bottom) / 2;
      return `<polygon points="${left},${middle} ${left + cut},${top} ${right - cut},${top} ${right},${middle} ${right - cut},${bottom} ${left + cut},${bottom}" ${look}/>`;
    }
    case "graphs":
      return (
        `<rect x="${left}" y="${top}" width="${width}" height="${height}" ${look}/>` +
        `<rect x="${left + 3}" y="${top + 3}" width="${width - 6}" height="${height - 6}" ${look.replace(/fill="[^"]*"/, 'fill="none"')}/>`
      );
    case "other":
      return `<rect x="${left}" y="${top}" width="${width}" height="${height}" ${look}/>`;
  }
}

function wire(points: readonly Point[], kind: Kind): string {
  const last = points.length - 1;
  const parts = points.flatMap(({ x, y }, k) => {
    if (k === 0) return [`M${x} ${y + HEIGHT / 2}`];
    const before = points[k - 1];
    const from = before.y + HEIGHT / 2;
    const to = y - HEIGHT / 2 - (k === last ? 3 : 0);
    const middle = (from + to) / 2;
    const curve = `C${before.x} ${middle} ${x} ${middle} ${x} ${to}`;
    return k === last ? [curve] : [curve, `V${y + HEIGHT / 2}`];
  });
  const thick = kind === "real" ? 1.4 : 2;
  return `<path d="${parts.join("")}" fill="none" stroke="${colours[kind][1]}" stroke-width="${thick}" marker-end="url(#to-${kind})"/>`;
}

function frame(
  label: string,
  stages: readonly number[],
  { stages: places }: Placed,
  widths: readonly number[],
): string {
  const left = Math.min(...stages.map((k) => places[k].x - widths[k] / 2)) - 10;
  const right = Math.max(...stages.map((k) => places[k].x + widths[k] / 2)) + 10;
  const top = Math.min(...stages.map((k) => places[k].y)) - HEIGHT / 2 - 10;
  const bottom = Math.max(...stages.map((k) => places[k].y)) + HEIGHT / 2 + 10;
  const text = `<text class="small" x="${right - 4}" y="${bottom + 12}" text-anchor="end">${escape(label)}</text>`;
  return `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" rx="8" fill="#fafafa" stroke="#8a949b" stroke-dasharray="5 4"/>${text}`;
}

function kindsOf({ stages }: ModelGraph): readonly Kind[] {
  const used = new Set(stages.map(({ type }) => type.kind));
  return (Object.keys(colours) as Kind[]).filter((kind) => used.has(kind));
}

function markers(graph: ModelGraph): string {
  return kindsOf(graph)
    .map(
      (kind) =>
        `<marker id="to-${kind}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colours[kind][1]}"/></marker>`,
    )
    .join("");
}

function legendOf(
  graph: ModelGraph,
  { rates }: Notes,
  left: number,
): { text: string; height: number } {
  const spaces = (Object.keys(residencies) as Residency[]).filter((one) =>
    graph.stages.some(({ residency }) => residency === one),
  );
  const parts: string[] = [];
  let y = 0;
  const row = (sample: string, text: string): void => {
    parts.push(
      `${sample}<text class="small" x="${left + 40}" y="${y + 9}" dy="0.35em">${text}</text>`,
    );
    y += 26;
  };
  const heading = (text: string): void => {
    parts.push(`<text class="title" x="${left}" y="${y + 4}">${text}</text>`);
    y += 14;
  };
  heading("kind");
  for (const kind of kindsOf(graph)) {
    const [fill, line] = colours[kind];
    const sample = `<rect x="${left}" y="${y}" width="30" height="18" fill="${fill}" stroke="${line}"/>`;
    row(sample, `${kind}: ${meaning[kind]}`);
  }
  y += 12;
  heading("rows live");
  for (const one of spaces) {
    const look = 'fill="#ffffff" stroke="#4a545b"';
    row(outline(one, left, y, 30, 18, look), residencies[one]);
  }
  if (graph.stages.some(({ role }) => role === "neuron")) {
    y += 12;
    row(
      `<rect x="${left}" y="${y}" width="30" height="18" fill="#ffffff" stroke="#4a545b" stroke-width="2.5"/>`,
      "neuron",
    );
  }
  if (rates.size > 0) {
    parts.push(
      `<text class="small" x="${left}" y="${y + 14}">fires: values not 0,</text><text class="small" x="${left}" y="${y + 29}">measured on test data</text>`,
    );
    y += 36;
  }
  return { text: parts.join("\n"), height: y };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
