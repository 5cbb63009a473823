/** `--model` with a name that is not there. */
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import { usageError } from "../errors.js";

/** A usage error with the nearest name and the list of all. */
export function unknownModel(model: string, known: readonly string[], verb: string): Error {
  const near = didYouMean(model, { right: known });
  return usageError(
    `there is no model ${model} to ${verb}`,
    `${near === undefined ? "" : `did you mean ${near}? `}there are: ${known.join(", ")}`,
  );
}
