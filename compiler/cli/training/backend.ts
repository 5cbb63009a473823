/** `--backend`: which tensor library computes. */
import { useBackend, type BackendInfo, type BackendName } from "../../../runtime/tensor/backend.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import { usageError } from "../errors.js";
import type { OptionSpec } from "../command.js";

const names: readonly BackendName[] = ["tensorflow", "wasm", "cpu"];

/** The option as commands declare it. */
export const backendOption: OptionSpec = {
  type: "text",
  value: "NAME",
  help: `${names.join(", ")}; the fastest that works unless given`,
};

/** Starts the wanted backend, or the fastest that works. */
export async function startBackend(wanted: string | undefined): Promise<BackendInfo> {
  const name = names.find((one) => one === wanted);
  if (wanted !== undefined && name === undefined) {
    const near = didYouMean(wanted, { right: names });
    throw usageError(
      `there is no backend ${wanted}`,
      `${near === undefined ? "" : `did you mean ${near}? `}there are: ${names.join(", ")}`,
    );
  }
  return await useBackend(name);
}
