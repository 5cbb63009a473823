/**
 * The tables and the picture of README.md from the runs that table.mjs left.
 *
 *   sgnnc report runs/hvs-gnn/variants --json > runs/hvs-gnn/variants.json
 *   sgnnc report runs/hvs-gnn/ten-folds --json > runs/hvs-gnn/ten-folds.json
 *   node examples/hvs-gnn/results.mjs [--out runs/hvs-gnn]
 *
 * The report has looked at every test prediction; energies are those that the runs measured when they ended. Nothing
 * here computes a result, but for differences between variants on the same folds. Tables go between the markers of
 * README.md (those that have no place there are printed), the picture into error-energy.svg, all runs into rows.csv.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { errorEnergy } from "./picture.mjs";
import { FIELD, folderOf, grid, ON_TEN_FOLDS, RECIPE, SWEPT, TRUSSES } from "./plan.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { out: { type: "string", default: "runs/hvs-gnn" } } });
const { out } = values;

/** What one run measured on its test part; undefined unless it has ended. */
function tested(folder, variant, seed) {
  const file = join(folder, variant, `seed-${seed}`, "run.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).metrics?.test : undefined;
}
const metric = (folder, variant, seed, name) => tested(folder, variant, seed)?.[name];

const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const deviation = (list) =>
  Math.sqrt(list.reduce((sum, value) => sum + (value - mean(list)) ** 2, 0) / (list.length - 1));
const spread = (one, places) =>
  one === undefined
    ? "-"
    : `${one.mean.toFixed(places)}${one.deviation === undefined ? "" : ` ± ${one.deviation.toFixed(places)}`}`;

/** R2 minus that of `other` on the same folds. */
function difference(folder, variant, seeds, other) {
  if (variant === other) return "";
  const pairs = seeds.flatMap((seed) => {
    const [own, its] = [variant, other].map((one) => metric(folder, one, seed, "r2"));
    return own === undefined || its === undefined ? [] : [own - its];
  });
  if (pairs.length < 2) return "-";
  const value = mean(pairs).toFixed(3);
  return `${value.startsWith("-") ? "" : "+"}${value} ± ${deviation(pairs).toFixed(3)}`;
}

/** A Markdown table with aligned columns. */
function table(header, rows) {
  const lines = [header, ...rows].map((cells) => cells.map(String));
  const widths = header.map((_, k) => Math.max(3, ...lines.map((cells) => cells[k].length)));
  const line = (cells) => `| ${cells.map((cell, k) => cell.padEnd(widths[k])).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [lines[0], rule, ...lines.slice(1)].map(line).join("\n");
}

/** Runs of one split, and the table that `sgnnc report` made of them. */
function measured(name) {
  const file = join(out, `${name}.json`);
  return {
    folder: join(out, name),
    rows: existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).variants : [],
  };
}
const fiveFolds = measured("variants");
const tenFolds = measured("ten-folds");
const { folder: variants, rows } = fiveFolds;
const row = (name) => rows.find((one) => one.name === name);
const percent = (one) =>
  one && {
    mean: 100 * one.mean,
    deviation: one.deviation === undefined ? undefined : 100 * one.deviation,
  };

/** Mean and deviation of an energy over the seeds. */
function energy(folder, name, seeds, key) {
  const list = seeds.map((seed) => metric(folder, name, seed, key)).filter((one) => one > 0);
  if (list.length === 0) return "-";
  return spread({ mean: mean(list), deviation: list.length > 1 ? deviation(list) : undefined }, 1);
}
const energies = (folder, name, seeds) =>
  ["energy_dense_uJ", "energy_uJ", "energy_zeros_uJ"].map((key) =>
    energy(folder, name, seeds, key),
  );

/** The rows of one architecture that are there. */
function tableOf(names, reference, split = fiveFolds, counted = "folds") {
  const { folder, rows } = split;
  const found = names.flatMap((name) => rows.filter((one) => one.name === name));
  return table(
    [
      ...["variant", counted, "R2, together", `R2, mean of ${counted}`, `R2 - ${reference}`],
      ...["error, %", "firing, %", "dense", "events", "every zero"],
    ],
    found.map(({ name, parameters, seeds, pooledR2, metrics }) => [
      ...[
        name.replace(/ \(.*/, ""),
        seeds.length,
        pooledR2 === undefined ? "-" : pooledR2.toFixed(3),
      ],
      spread(metrics.r2, 3),
      parameters === undefined ? "-" : difference(folder, name, seeds, reference),
      spread(percent(metrics.relative_error), 1),
      (metrics.spike_rate?.mean ?? 0) > 0 ? spread(percent(metrics.spike_rate), 1) : "-",
      ...energies(folder, name, seeds),
    ]),
  );
}

const one = ["Vanilla", "NoEdges", "Rect", "Shifted", "Hybrid1", "Full1", "LIF1"];
const more = ["Hybrid2", "Hybrid4", "Hybrid8", "LIF2", "LIF4", "RLIF4", "LIF8"];
const onGrains = (name) => name === "ridge" || name === "mean" || name.endsWith("(Terfenol)");
const baselines = rows
  .filter(({ name, parameters }) => parameters === undefined && onGrains(name))
  .map(({ name }) => name);
const tables = { variants: tableOf([...one, ...baselines], "Vanilla") };
if (more.some(row)) tables.steps = tableOf(["Hybrid1", "LIF1", ...more], "Hybrid1");
if (row("StressVanilla")) {
  const flat = rows.filter(({ name }) => /^mean.*\(Stress\)/.test(name)).map(({ name }) => name);
  tables.trusses = tableOf([...TRUSSES, ...flat], "StressVanilla", fiveFolds, "seeds");
}
if (row("FieldVanilla")) tables.field = tableOf(FIELD, "FieldVanilla");

// As much training data as the splits of the reference have.
if (existsSync(join(out, "ten-folds.json")))
  tables.tenfolds = tableOf([...ON_TEN_FOLDS, "mean", "ridge"], "Vanilla", tenFolds);

// The grid: loss and R2 on the validation part of its fold.
const judged = (folder, name, seed) => {
  const file = join(out, folder, name, `seed-${seed}`, "run.json");
  const run = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  const { loss, r2 } = run?.metrics?.validation ?? {};
  return loss === undefined ? "-" : `${loss.toFixed(3)} (${r2.toFixed(3)})`;
};
const tried = [...new Set(grid.flatMap(({ models }) => models))];
tables.tuning = table(
  ["rate", "slope", ...tried],
  grid.map(({ models, seeds, ...changes }) => [
    ...[changes.rate ?? RECIPE.rate, changes.slope ?? RECIPE.slope],
    ...tried.map((name) =>
      models.includes(name) ? judged(folderOf(changes), name, seeds[0]) : "",
    ),
  ]),
);

// Every finished run as a line of rows.csv, and what all of them cost.
const records = readdirSync(out, { recursive: true })
  .filter((name) => basename(name) === "run.json")
  .map((name) => ({
    folder: dirname(name),
    ...JSON.parse(readFileSync(join(out, name), "utf8")),
  }))
  .filter(({ status }) => status === "finished")
  .sort((a, b) => (a.folder < b.folder ? -1 : 1));
const lines = records.map(({ folder, backend, best, metrics, cpuSeconds }) => {
  const { test, validation } = metrics;
  const measured = [test.r2, test.relative_error, test.spike_rate, test.energy_dense_uJ];
  return [
    ...[folder, backend, best.epoch, validation.loss, validation.r2, ...measured],
    ...[test.energy_uJ, test.energy_zeros_uJ, cpuSeconds],
  ].map((cell) => (typeof cell === "number" ? Number(cell.toPrecision(6)) : (cell ?? "")));
});
const columns =
  "run,backend,epoch,validation loss,validation R2,test R2,relative error,firing,dense uJ,events uJ,every zero uJ,cpu s";
const note = "# Written by: node examples/hvs-gnn/results.mjs. Do not edit.";
writeFileSync(join(here, "rows.csv"), `${[note, columns, ...lines].join("\n")}\n`);
const minutes = records.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / 60;
tables.cost = `All ${records.length} runs behind these tables took ${minutes.toFixed(0)} minutes of processor time; each is a line of \`rows.csv\`.`;

// The curves: every variant at each weight of the spiking loss, on the folds that all weights have.
const weights = readdirSync(out)
  .filter((name) => /^weight-[\d.]+$/.test(name))
  .map((name) => ({ weight: Number(name.slice(7)), folder: join(out, name) }));
const sweep = [...weights, { weight: 0.01, folder: variants }].sort((a, b) => a.weight - b.weight);
const curves = SWEPT.flatMap((name) => {
  const seedsAt = ({ folder }) =>
    [1, 2, 3, 4, 5].filter((seed) => metric(folder, name, seed, "r2") !== undefined);
  const present = sweep.filter((place) => seedsAt(place).length > 0);
  const seeds = present
    .map(seedsAt)
    .reduce((common, own) => common.filter((seed) => own.includes(seed)), [1, 2, 3, 4, 5]);
  if (present.length < 2 || seeds.length === 0) return [];
  const at = (folder, key) => mean(seeds.map((seed) => metric(folder, name, seed, key)));
  const points = present.map(({ weight, folder }) => ({
    weight,
    r2: at(folder, "r2"),
    error: 100 * at(folder, "relative_error"),
    energy: at(folder, "energy_uJ"),
    rate: 100 * at(folder, "spike_rate"),
  }));
  return [{ name, seeds, points }];
});
if (curves.length > 0)
  tables.curve = table(
    ["variant", "folds", "weight", "R2", "error, %", "firing, %", "energy, events"],
    curves.flatMap(({ name, seeds, points }) =>
      points.map(({ weight, r2, error, rate, energy }, k) => [
        ...[k === 0 ? name : "", k === 0 ? seeds.join(", ") : "", weight, r2.toFixed(3)],
        ...[error.toFixed(1), rate.toFixed(1), energy.toFixed(2)],
      ]),
    ),
  );
/** Vanilla on the folds of the curves, as a dense network and with every zero skipped. */
const seeds = curves[0]?.seeds ?? [];
const vanilla = (key) => mean(seeds.map((seed) => metric(variants, "Vanilla", seed, key)));
const stars =
  curves.length === 0
    ? undefined
    : {
        error: 100 * vanilla("relative_error"),
        dense: vanilla("energy_dense_uJ"),
        zeros: vanilla("energy_zeros_uJ"),
      };

const file = join(here, "README.md");
let text = readFileSync(file, "utf8");
for (const [name, markdown] of Object.entries(tables)) {
  const [from, to] = [`<!-- table: ${name} -->`, "<!-- end -->"];
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) {
    console.log(`\n${name}\n\n${markdown}`);
    continue;
  }
  text = `${text.slice(0, start + from.length)}\n\n${markdown}\n\n${text.slice(end)}`;
}
writeFileSync(file, text);
if (stars !== undefined) writeFileSync(join(here, "error-energy.svg"), errorEnergy(curves, stars));
console.log(`wrote ${file}`);
