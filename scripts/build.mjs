// Builds dist/: TypeScript to JavaScript, and the files that are not TypeScript beside it. The new tree
// is made elsewhere and moved into place, so that a `sgnnc` that runs meanwhile never sees half of it.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { rolldown } from "rolldown";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const next = join(root, "node_modules", `.sgnn-build-${process.pid}`);

// What tsc wrote last time stays here, so that it only checks and writes again what a change reaches.
const kept = join(root, "node_modules", ".sgnn-build");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const buildInfo = join(kept, "tsbuildinfo");
const built = spawnSync(
  process.execPath,
  [compiler, "-p", "tsconfig.build.json", "--outDir", kept].concat([
    "--incremental",
    "--tsBuildInfoFile",
    buildInfo,
  ]),
  { cwd: root, stdio: "inherit" },
);
if (built.status !== 0) process.exit(built.status ?? 1);
for (const file of readdirSync(kept, { recursive: true })) {
  const source = file.replace(/\.(js|d\.ts)$/, ".ts");
  if (source === file) continue;
  if (!existsSync(join(root, source))) {
    rmSync(join(kept, file));
    continue;
  }
  mkdirSync(dirname(join(next, file)), { recursive: true });
  copyFileSync(join(kept, file), join(next, file));
}

for (const folder of ["grammar", "compiler", "runtime"]) {
  for (const file of readdirSync(join(root, folder), { recursive: true })) {
    if (!/\.(wasm|json|css)$/.test(file)) continue;
    const target = join(next, folder, file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, folder, file), target);
  }
}

// grammar/chevrotain.ts says why: one module instead of some seven hundred.
const chevrotain = join(root, "node_modules", "chevrotain");
const { version } = JSON.parse(readFileSync(join(chevrotain, "package.json"), "utf8"));
writeFileSync(
  join(next, "grammar", "chevrotain.js"),
  `/*! Chevrotain ${version}, copyright SAP SE and contributors, Apache License 2.0 */\n` +
    readFileSync(join(chevrotain, "lib", "chevrotain.min.mjs"), "utf8"),
);

await bundleCommandLine();
chmodSync(join(next, "compiler", "cli", "main.js"), 0o755);
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
renameSync(next, dist);

// npm links a package's own command only where it is installed; this makes `npx sgnnc` work in the clone.
const bin = join(root, "node_modules", ".bin", "sgnnc");
if (process.platform !== "win32") {
  rmSync(bin, { force: true });
  symlinkSync(relative(dirname(bin), join(dist, "compiler", "cli", "main.js")), bin);
}

/**
 * The tool as a few files, one per command and what they share: finding and reading some 150 small modules
 * takes longer than checking a file. The runtime stays outside, so that the tool and the generated modules
 * share one copy of it, and so do the packages.
 */
async function bundleCommandLine() {
  const folder = join(next, "compiler", "cli");
  const runtime = join(next, "runtime");
  const keepRuntime = {
    name: "keep-runtime",
    resolveId: (path, importer) => {
      if (importer === undefined) return undefined;
      if (!path.startsWith(".")) return { id: path, external: true };
      const file = join(dirname(importer), path);
      if (relative(runtime, file).startsWith("..")) return undefined;
      return { id: relative(folder, file).replaceAll("\\", "/"), external: true };
    },
  };
  const bundle = await rolldown({
    input: join(folder, "main.js"),
    platform: "node",
    plugins: [keepRuntime],
  });
  const { output } = await bundle.generate({
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await bundle.close();
  for (const file of readdirSync(folder, { recursive: true })) {
    if (file.endsWith(".js")) rmSync(join(folder, file));
  }
  for (const { fileName, code } of output) writeFileSync(join(folder, fileName), code);
}
