/** Arrays by name in a JSON object: { "x": [[0, 1], [1, 0]], "y": [0, 1] }. */
import { dataError } from "./errors.js";
import type { AnyArray } from "./ndarray.js";

/**
 * Each member of the object as an array; numbers, booleans and rectangular nests of them, or lists
 * of strings.
 * @throws SgnnError R233 (not JSON, not an object), R230 (ragged), R212 (mixed or wrong elements)
 */
export function readJson(text: string, label: string): Map<string, AnyArray> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw dataError(
      "R233",
      `${label} is not JSON`,
      error instanceof Error ? error.message : String(error),
      "correct the file; JSON has no comments and no trailing commas",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw dataError(
      "R233",
      `${label} is not an object`,
      "arrays are found by their name",
      'write { "x": [...], "y": [...] }',
    );
  }
  return new Map(
    Object.entries(value).map(([name, member]) => [name, toArray(member, `"${name}" in ${label}`)]),
  );
}

function toArray(member: unknown, label: string): AnyArray {
  const shape: number[] = [];
  for (let level = member; Array.isArray(level); level = level[0]) shape.push(level.length);
  const numbers: number[] = [];
  const words: string[] = [];
  const visit = (value: unknown, depth: number, path: string): void => {
    if (Array.isArray(value)) {
      if (depth >= shape.length || value.length !== shape[depth]) {
        throw dataError(
          "R230",
          `${label}${path} has ${value.length} elements where its first neighbour has ${shape[depth] ?? "none: it is a number"}`,
          "the rows of an array have equal lengths",
          "make the rows equally long, or give one flat list and the row starts",
        );
      }
      value.forEach((part, k) => visit(part, depth + 1, `${path}[${k}]`));
      return;
    }
    if (depth !== shape.length) {
      throw dataError(
        "R230",
        `${label}${path} is one value where its neighbours are lists`,
        "the rows of an array have equal lengths",
        "make the rows equally long",
      );
    }
    if (typeof value === "number" || typeof value === "boolean") numbers.push(Number(value));
    else if (typeof value === "string") words.push(value);
    else {
      throw dataError(
        "R212",
        `${label}${path} is ${value === null ? "null" : "an object"}`,
        "arrays hold numbers, true and false, or strings",
        "leave the row out, or give a number",
      );
    }
  };
  visit(member, 0, "");
  if (words.length > 0) {
    if (numbers.length > 0 || shape.length !== 1) {
      throw dataError(
        "R212",
        `${label} mixes strings with numbers or with lists`,
        "a list of strings is a column of categories",
        "use one list of strings, or numbers only",
      );
    }
    return { shape, dtype: "text", data: words, firstText: `"${words[0]}"` };
  }
  const whole = numbers.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31);
  return whole
    ? { shape, dtype: "i32", data: Int32Array.from(numbers) }
    : { shape, dtype: "f64", data: Float64Array.from(numbers) };
}
