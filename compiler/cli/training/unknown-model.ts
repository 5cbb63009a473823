/** A model that is not there, or not there yet: `--model` with a wrong name, and models with open generics. */
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import { parse } from "../../../grammar/index.js";
import { usageError, type CommandError } from "../errors.js";
import type { Source } from "../files.js";

/** A usage error with the nearest name and the list of all. */
export function unknownModel(
  model: string,
  known: readonly string[],
  verb: string,
  source?: Source,
): CommandError {
  const open = source === undefined ? [] : openModels(source.text);
  const meant = open.filter(({ name }) => name === model);
  if (source !== undefined && meant.length > 0) return openModel(meant, known, source);
  const near = didYouMean(model, { right: known });
  return usageError(
    `there is no model ${model} to ${verb}`,
    `${near === undefined ? "" : `did you mean ${near}? `}there are: ${known.join(", ")}`,
  );
}

/** A usage error for a file without a model that can be made; says which generics are open. */
export function noModel(source: Source): CommandError {
  const open = openModels(source.text);
  if (open.length > 0) return openModel(open, [], source);
  return usageError(`there is no model in ${source.file}`, "write `model Name(..) -> .. { .. }`");
}

interface OpenModel {
  readonly name: string;
  readonly generics: readonly string[];
}

/** Models with generics that have no default: only variants of them can be made. */
function openModels(text: string): readonly OpenModel[] {
  return parse(text).file.declarations.flatMap((declaration) => {
    if (declaration.type !== "model") return [];
    const generics = declaration.generics
      .filter(({ initial }) => initial === undefined)
      .map(({ name }) => name.text);
    return generics.length === 0 ? [] : [{ name: declaration.name.text, generics }];
  });
}

function openModel(
  [{ name, generics }]: readonly OpenModel[],
  variants: readonly string[],
  source: Source,
): CommandError {
  const list = generics.map((one) => `\`${one}\``).join(" and ");
  const given = generics.map((one) => `${one}: ..`).join(", ");
  const there = variants.length === 0 ? "" : `; there are: ${variants.join(", ")}`;
  return usageError(
    `${name} in ${source.file} has no value for ${list}`,
    `give ${generics.length > 1 ? "them defaults" : "it a default"}, or write \`variant Mine = ${name}<${given}>\`${there}`,
  );
}
