/** Event-driven products beside dense ones, on one thread. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { threadLimit } from "../common/side.mjs";

const child = fileURLToPath(new URL("products.mjs", import.meta.url));

const shareOf = (share, target) => ({
  work: `events, ${100 * share} % spikes`,
  about: `Dense 1024 -> 1024, batch 64, ${100 * share} % spikes, event by event; beside it: dense product, same backend`,
  share,
  target,
});

export const events = {
  name: "events",
  works: [
    shareOf(0.05, { tensorflow: 5, wasm: 8 }),
    ...[0.01, 0.02, 0.1, 0.2, 0.4, 0.6, 0.8].map((share) => shareOf(share)),
  ],
  open(backend, { rounds }) {
    return {
      async measure({ share }) {
        const words = [child, backend, String(share), String(Math.max(rounds, 11))];
        const env = { ...process.env, ...threadLimit(1) };
        const done = spawnSync(process.execPath, words, { encoding: "utf8", env });
        if (done.status !== 0) throw new Error(done.stderr.trim().split("\n")[0]);
        return JSON.parse(done.stdout);
      },
      close() {},
    };
  },
};
