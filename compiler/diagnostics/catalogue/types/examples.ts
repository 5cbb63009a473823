/** Small programs around the lines that the examples of the type rows are about. */

/** A layer on nodes with a weight `w: real[in, out]`; the lines are its body. */
export function layer(...lines: readonly string[]): string {
  return [
    "layer Example<out>(x: real[N, in], g: graph) -> real[N, out] {",
    "  param w: real[in, out] = glorot",
    ...lines.map((line) => `  ${line}`),
    "}",
  ].join("\n");
}

/** A model on a graph with node features `x: real[N, 8]`. */
export function model(...lines: readonly string[]): string {
  return [
    "model Example(g: graph(x: real[N, 8])) -> real[N, 4] {",
    ...lines.map((line) => `  ${line}`),
    "}",
  ].join("\n");
}

/** A sentence with the suggestion, when there is one. */
export function meant(suggestion: string | undefined): string | undefined {
  return suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`;
}

/** `a`, `b` and `c`, each in backticks; "none" for an empty list. */
export function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length === 0) return "none";
  if (quoted.length === 1) return quoted[0];
  return `${quoted.slice(0, -1).join(", ")} and ${quoted[quoted.length - 1]}`;
}
