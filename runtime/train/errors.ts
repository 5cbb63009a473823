/** Errors of training, evaluation and prediction: codes R3xx, listed in README.md. */
import { SgnnError } from "../error.js";

/** A failure in training: what is wrong, why that is an error, what to do. */
export function trainError(code: string, message: string, why: string, fix: string): SgnnError {
  return new SgnnError({ code, message, why, fix });
}
