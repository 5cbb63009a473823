// Builds dist/ from scratch: TypeScript to JavaScript, and the files that are not TypeScript beside it.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const built = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (built.status !== 0) process.exit(built.status ?? 1);

for (const folder of ["grammar", "compiler", "runtime"]) {
  for (const file of readdirSync(join(root, folder), { recursive: true })) {
    if (!/\.(wasm|json|css)$/.test(file)) continue;
    const target = join(dist, folder, file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, folder, file), target);
  }
}
const executable = join(dist, "compiler", "cli", "main.js");
chmodSync(executable, 0o755);

// npm links a package's own command only where it is installed; this makes `npx sgnnc` work in the clone.
const bin = join(root, "node_modules", ".bin", "sgnnc");
if (process.platform !== "win32") {
  rmSync(bin, { force: true });
  symlinkSync(relative(dirname(bin), executable), bin);
}
