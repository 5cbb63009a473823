/** A review for a terminal and for a comment on a pull request. */
import type { At, Change, ModelReview, Review } from "./compare.js";

/** True when nothing differs. */
export function isEmpty(review: Review): boolean {
  return review.models.length + review.neurons.length + review.trainings.length === 0;
}

/** "N = 1000, E = 4000". */
export function atWords(at: At): string {
  return [...at].map(([symbol, value]) => `${symbol} = ${value}`).join(", ");
}

function amount(value: number): string {
  const shown = Math.round(value * 10) / 10;
  return shown.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** "+12 %", "x3.1", "new". */
function ratio(before: number, after: number): string {
  if (before === after) return "same";
  if (before === 0) return "new";
  if (after === 0) return "gone";
  const factor = after / before;
  if (factor >= 2 || factor <= 0.5) return `x${factor.toPrecision(2)}`;
  const percent = (factor - 1) * 100;
  return `${percent > 0 ? "+" : ""}${percent.toFixed(1)} %`;
}

const marks = { added: "+", removed: "-", changed: "~" } as const;

function changeWords({ what, name, before, after }: Change): string {
  if (what === "changed") return `${marks[what]} ${name}: ${before} => ${after}`;
  return `${marks[what]} ${name}: ${before ?? after}`;
}

function weightsWords(model: ModelReview): string {
  if (model.what === "added") return "new weights";
  if (model.what === "removed") return "its weights have no model any more";
  if (model.loads) return "old weights still load";
  const count = model.weights.length;
  return `old weights do not load: ${count} ${count === 1 ? "weight differs" : "weights differ"}`;
}

/** For a terminal. */
export function asText(file: string, review: Review, at: At, energy: string): string {
  if (isEmpty(review)) return `${file}: the models are the same\n`;
  const lines = [file];
  for (const model of review.models) {
    lines.push("", `${marks[model.what]} model ${model.name} (${model.what})`);
    for (const one of [...model.interface, ...model.layers]) lines.push(`    ${changeWords(one)}`);
    if (model.rewired) lines.push("    ~ the same layers are connected in another way");
    for (const { name, before, after } of model.amounts) {
      const words = `${amount(before.value)} => ${amount(after.value)} (${ratio(before.value, after.value)})`;
      const formulas =
        before.formula === after.formula ? "" : `   ${before.formula} => ${after.formula}`;
      lines.push(`    ${name.padEnd(14)} ${words}${formulas}`);
    }
    lines.push(`    ${weightsWords(model)}`);
    if (model.what === "changed") {
      for (const one of model.weights) lines.push(`      ${changeWords(one)}`);
    }
  }
  for (const { what, name } of review.neurons)
    lines.push("", `${marks[what]} neuron ${name} (${what})`);
  for (const one of review.trainings) lines.push("", `training ${changeWords(one)}`);
  return `${lines.join("\n")}\n\nnumbers at ${atWords(at)}; energy is an upper bound (${energy}), as if every unit fired\n`;
}

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

/** For a comment on a pull request. */
export function asMarkdown(file: string, review: Review, at: At, energy: string): string {
  if (isEmpty(review)) return `### ${code(file)}\n\nThe models are the same.\n`;
  const lines = [`### ${code(file)}`];
  for (const model of review.models) {
    lines.push("", `**${model.name}** ${model.what}; ${weightsWords(model)}.`, "");
    if (model.amounts.length > 0) {
      lines.push("| | before | after | |", "| --- | ---: | ---: | --- |");
      for (const { name, before, after } of model.amounts) {
        const cells = [
          name,
          amount(before.value),
          amount(after.value),
          ratio(before.value, after.value),
        ];
        lines.push(`| ${cells.join(" | ")} |`);
      }
      lines.push("");
    }
    const all = [
      ...model.interface,
      ...model.layers,
      ...(model.what === "changed" ? model.weights : []),
    ];
    for (const { what, name, before, after } of all) {
      const words =
        what === "changed"
          ? `${code(before ?? "")} becomes ${code(after ?? "")}`
          : code(before ?? after ?? "");
      lines.push(`- ${what}: ${code(name)} ${words}`);
    }
    if (model.rewired) lines.push("- the same layers are connected in another way");
  }
  for (const { what, name } of review.neurons) lines.push("", `Neuron ${code(name)} ${what}.`);
  for (const { what, name, before, after } of review.trainings) {
    lines.push("", `Training of ${name} ${what}:`, "");
    if (before !== undefined) lines.push(`- before: ${before}`);
    if (after !== undefined) lines.push(`- after: ${after}`);
  }
  lines.push(
    "",
    `<sub>Numbers at ${atWords(at)}; energy is an upper bound (${energy}), as if every unit fired.</sub>`,
  );
  return `${lines.join("\n")}\n`;
}
