/**
 * The samples that the language was designed around check as whole programs: there is no problem, and
 * nothing to say but that a conversion into spikes is of a trained run.
 */
import { expect, test } from "vitest";
import { check } from "../declarations/check.js";
import { sample } from "../grammar/samples.js";

test.each<readonly [string, readonly string[]]>([
  ["neurons", ["neurons"]],
  ["message passing", ["message-passing"]],
  ["an equilibrium", ["equilibrium"]],
  ["a model, its variants, its data and its training", ["models", "training"]],
  ["a physics problem and its networks", ["physics"]],
  ["a problem, its networks and a conversion", ["physics", "conversions"]],
])("%s", (_, names) => {
  const parts = names.map(sample);
  // The second conversion is of a model that this page does not hold.
  const source = parts.join("\n").split("convert DGCNN")[0];
  const found = check(source).diagnostics.filter(({ code }) => code !== "T393");
  expect(found.filter(({ code }) => code !== "P735").map((one) => one.message)).toEqual([]);
});
