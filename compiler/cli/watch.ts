/** Runs a step again whenever a `.sgnn` file in the watched folders changes. */
import { statSync, watch } from "node:fs";
import { dirname } from "node:path";
import { exit } from "./errors.js";
import { findSources } from "./files.js";
import type { Terminal } from "./terminal.js";

/** Milliseconds to wait for an editor to finish its burst of events. */
const settle = 80;

/**
 * Calls `step` now and after each change below the named files and folders, until Ctrl-C.
 * A failing step is reported and the watch goes on.
 */
export async function watchSources(
  names: readonly string[],
  step: () => Promise<number>,
  terminal: Terminal,
): Promise<number> {
  const folders = new Set<string>();
  for (const name of names) if (statSync(name).isDirectory()) folders.add(name);
  for (const source of findSources(names)) folders.add(dirname(source.file));
  return await new Promise<number>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    // The watchers stand before the first step, so that no change falls between the two.
    let running = report(step, terminal);
    const watchers = [...folders].map((folder) =>
      watch(folder, (_event, file) => {
        if (file !== null && !file.endsWith(".sgnn")) return;
        clearTimeout(timer);
        timer = setTimeout(() => (running = running.then(() => report(step, terminal))), settle);
      }),
    );
    void running.then(() => terminal.err("watching for changes; Ctrl-C ends\n"));
    process.once("SIGINT", () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      void running.then(() => resolve(exit.fine));
    });
  });
}

async function report(step: () => Promise<number>, terminal: Terminal): Promise<void> {
  try {
    await step();
  } catch (error) {
    terminal.err(`sgnnc: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
