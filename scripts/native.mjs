// npm run native: sets up @tensorflow/tfjs-node, the fast tensor backend.
//
// The package lives in `.native/` at the root of this package, not in node_modules: npm would prune it
// there at the next install, and its install step must not be able to fail anybody's `npm install`.
// Node finds the other packages it needs in the node_modules above, so there is one tfjs-core.
//
// 1. fetch the package without running its install script;
// 2. try that script: it downloads libtensorflow and a prebuilt addon from a storage bucket;
// 3. where the bucket cannot be reached (Linux): take libtensorflow out of the tensorflow-cpu wheel and
//    build the addon, one g++ call;
// 4. load it and multiply two matrices.
//
// Options: --force starts afresh; --wheel skips step 2; --wheel=FILE uses a wheel already downloaded.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "4.22.0";
/** The last wheel that the addon was built and tested against; newer ones are tried as well. */
const TESTED_WHEEL = "2.21.0";
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const HOME = join(ROOT, ".native");
const PACKAGE = join(HOME, "node_modules", "@tensorflow", "tfjs-node");
/** Packages that must be the same copy as the runtime's. */
const SHARED = ["tfjs-core", "tfjs-backend-cpu"];
const ORDINARY_LIMIT_MS = 5 * 60_000;
const options = new Set(process.argv.slice(2).filter((argument) => !argument.includes("=")));
const wheelGiven = process.argv.find((argument) => argument.startsWith("--wheel="))?.slice(8);

/** A failure told to a person: what happened, then what to do. */
class SetupError extends Error {}

function say(text) {
  console.error(`native: ${text}`);
}

function run(command, args, { cwd = HOME, timeout, show = false } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    timeout,
    encoding: "utf8",
    stdio: ["ignore", "pipe", show ? "inherit" : "pipe"],
    maxBuffer: 1 << 26,
  });
  const text = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error ? result.error.message : ""}`;
  return { ok: result.status === 0, text, missing: result.error?.code === "ENOENT" };
}

/** Last lines of a tool's output, for an error message. */
function tail(text) {
  return text.trim().split("\n").slice(-12).join("\n");
}

/** Loads the addon in a child process; returns the versions or undefined. */
function check() {
  if (!existsSync(PACKAGE)) return { ok: false, text: "not installed" };
  const code = `
    const util = require("node:util");
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(PACKAGE)});
    const own = require.resolve("@tensorflow/tfjs-core", { paths: [${JSON.stringify(PACKAGE)}] });
    const theirs = require.resolve("@tensorflow/tfjs-core", { paths: [${JSON.stringify(ROOT)}] });
    if (own !== theirs) throw new Error("two copies of tfjs-core: " + own + " and " + theirs);
    const [value] = tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dataSync();
    if (tf.getBackend() !== "tensorflow" || value !== 64) throw new Error("wrong product: " + value);
    console.log("libtensorflow " + tf.backend().binding.TF_Version);
  `;
  const result = spawnSync(process.execPath, ["-e", code], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" },
    timeout: 120_000,
  });
  const version = /libtensorflow [\d.]+\S*/.exec(result.stdout ?? "")?.[0];
  return {
    ok: result.status === 0 && version !== undefined,
    version,
    text: tail(result.stderr ?? ""),
  };
}

function fetchPackage() {
  const core = JSON.parse(
    readFileSync(
      createRequire(join(ROOT, "package.json")).resolve("@tensorflow/tfjs-core/package.json"),
      "utf8",
    ),
  ).version;
  if (core !== VERSION) {
    throw new SetupError(
      `this project uses tfjs-core ${core}, but the native package is ${VERSION}; run npm install`,
    );
  }
  mkdirSync(HOME, { recursive: true });
  writeFileSync(
    join(HOME, "package.json"),
    `${JSON.stringify({ private: true, dependencies: { "@tensorflow/tfjs-node": VERSION } }, null, 2)}\n`,
  );
  say(`fetching @tensorflow/tfjs-node ${VERSION} (about 60 MB)`);
  const result = run("npm", [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
  ]);
  if (!result.ok || !existsSync(join(PACKAGE, "package.json"))) {
    throw new SetupError(`npm could not fetch the package:\n${tail(result.text)}`);
  }
  const found = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).version;
  if (found !== VERSION) throw new SetupError(`npm fetched version ${found} instead of ${VERSION}`);
  for (const name of SHARED) {
    rmSync(join(HOME, "node_modules", "@tensorflow", name), { recursive: true, force: true });
  }
}

/** The package's own install script. */
function ordinaryInstall() {
  say("trying the ordinary way: prebuilt libtensorflow from the storage bucket");
  const result = run("npm", ["run", "install"], { cwd: PACKAGE, timeout: ORDINARY_LIMIT_MS });
  const checked = check();
  if (checked.ok) return checked;
  say(
    `that did not work (${firstReason(result.text) ?? checked.text.split("\n").pop() ?? "no reason given"})`,
  );
  rmSync(join(PACKAGE, "deps"), { recursive: true, force: true });
  rmSync(join(PACKAGE, "lib"), { recursive: true, force: true });
  return undefined;
}

function firstReason(text) {
  return /(?:ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EAI_AGAIN|HTTP|status|Error:|certificate)[^\n]*/.exec(
    text,
  )?.[0];
}

function python() {
  for (const command of ["python3", "python"]) {
    if (run(command, ["-m", "pip", "--version"], { cwd: ROOT }).ok) return command;
  }
  throw new SetupError(
    "python3 with pip is needed to fetch libtensorflow; install them and try again",
  );
}

/** The tensorflow-cpu wheel, downloaded by pip (about 260 MB) or given. */
function fetchWheel(command) {
  if (wheelGiven) {
    if (!existsSync(wheelGiven)) throw new SetupError(`there is no file ${wheelGiven}`);
    return resolve(wheelGiven);
  }
  const folder = join(HOME, "wheel");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  let text = "";
  for (const wanted of [`tensorflow-cpu==${TESTED_WHEEL}`, "tensorflow-cpu"]) {
    say(`fetching ${wanted} with pip (about 260 MB)`);
    const result = run(command, [
      "-m",
      "pip",
      "download",
      "--no-deps",
      "--only-binary=:all:",
      "--quiet",
      "--dest",
      folder,
      wanted,
    ]);
    const file = readdirSync(folder).find((name) => name.endsWith(".whl"));
    if (result.ok && file) return join(folder, file);
    text = result.text;
  }
  throw new SetupError(`pip could not fetch the wheel:\n${tail(text)}`);
}

const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

/** Takes the two libraries and the C headers out of the wheel. */
function unpackWheel(command, wheel) {
  const deps = join(PACKAGE, "deps");
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, "lib"), { recursive: true });
  say("unpacking libtensorflow (about 850 MB)");
  const code = `
import os, shutil, sys, zipfile
wheel, deps = sys.argv[1:]
libraries = ${JSON.stringify(LIBRARIES)}
headers = tuple("tensorflow/include/" + folder + "/" for folder in
                ["tensorflow/c", "tensorflow/core/platform", "xla/tsl", "tsl"])
with zipfile.ZipFile(wheel) as archive:
    for item in archive.infolist():
        if item.filename in ["tensorflow/" + name for name in libraries]:
            target = os.path.join(deps, "lib", os.path.basename(item.filename))
        elif item.filename.startswith(headers) and item.filename.endswith(".h"):
            target = os.path.join(deps, "include", item.filename[len("tensorflow/include/"):])
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(item) as source, open(target + ".part", "wb") as out:
            shutil.copyfileobj(source, out, 1 << 22)
        if os.path.getsize(target + ".part") != item.file_size:
            sys.exit("short file: " + item.filename)
        os.rename(target + ".part", target)
`;
  const result = run(command, ["-c", code, wheel, deps]);
  if (!result.ok) throw new SetupError(`the wheel could not be unpacked:\n${tail(result.text)}`);
  for (const name of LIBRARIES) {
    const file = join(deps, "lib", name);
    if (!existsSync(file) || statSync(file).size < 1e7) {
      throw new SetupError(
        `the wheel holds no usable ${name}; a version around ${TESTED_WHEEL} does`,
      );
    }
  }
  if (!existsSync(join(deps, "include", "tensorflow", "c", "eager", "c_api.h"))) {
    throw new SetupError("the wheel holds no C headers of TensorFlow");
  }
  // The names that the addon and the package's install script look for.
  for (const [name, target] of [
    ["libtensorflow.so", LIBRARIES[0]],
    ["libtensorflow.so.2.9.1", LIBRARIES[0]],
    ["libtensorflow_framework.so", LIBRARIES[1]],
  ]) {
    symlinkSync(target, join(deps, "lib", name));
  }
}

/** Folder with node_api.h: beside this Node, or where npm's nodedir says. */
function nodeHeaders() {
  const nodedir = run("npm", ["config", "get", "nodedir"], { cwd: ROOT }).text;
  const configured = nodedir.split("\n").filter((line) => line.startsWith("/"));
  const places = [dirname(dirname(process.execPath)), ...configured, "/usr", "/usr/local"];
  return places
    .flatMap((place) => [join(place, "include", "node"), join(place, "src")])
    .find((folder) => existsSync(join(folder, "node_api.h")));
}

function buildAddon() {
  const folder = join(PACKAGE, "lib", `napi-v${Math.min(8, Number(process.versions.napi))}`);
  mkdirSync(folder, { recursive: true });
  const headers = nodeHeaders();
  let text = "";
  if (headers) {
    say("building the addon with g++");
    const sources = readdirSync(join(PACKAGE, "binding")).filter((name) => name.endsWith(".cc"));
    const target = join(folder, "tfjs_binding.node");
    const result = run(
      "g++",
      [
        "-std=c++17",
        "-O2",
        "-shared",
        "-fPIC",
        "-DNAPI_VERSION=8",
        `-I${headers}`,
        "-Ideps/include",
        "-I.",
        ...sources.map((name) => join("binding", name)),
        "-Ldeps/lib",
        "-ltensorflow",
        "-ltensorflow_framework",
        "-Wl,-rpath,$ORIGIN/../../deps/lib",
        "-o",
        `${target}.part`,
      ],
      { cwd: PACKAGE },
    );
    if (result.ok) {
      renameSync(`${target}.part`, target);
      return;
    }
    text = result.missing ? "g++ is not installed" : result.text;
  } else text = "the headers of Node (node_api.h) were not found";
  say("building the addon with node-gyp");
  const result = run("npm", ["run", "install"], { cwd: PACKAGE, timeout: ORDINARY_LIMIT_MS });
  if (!existsSync(join(folder, "tfjs_binding.node"))) {
    throw new SetupError(`the addon could not be built:\n${tail(text)}\n${tail(result.text)}`);
  }
}

/**
 * An addon of ours, for this processor: `sources`/`name`.cc becomes `.native/name/name.node`. A machine without g++ or the
 * headers of Node does without it.
 */
function buildOwn(name, sources, what, without) {
  const folder = join(ROOT, ...sources);
  const target = join(HOME, name, `${name}.node`);
  if (!existsSync(folder)) return;
  const newest = Math.max(
    ...readdirSync(folder).map((file) => statSync(join(folder, file)).mtimeMs),
  );
  if (existsSync(target) && statSync(target).mtimeMs > newest) return;
  const headers = nodeHeaders();
  if (headers === undefined) return say(`no headers of Node: ${without}`);
  say(`building ${what} with g++`);
  mkdirSync(dirname(target), { recursive: true });
  const result = run("g++", [
    ...["-std=c++17", "-O3", "-march=native", "-ffp-contract=fast", "-shared", "-fPIC"],
    ...["-DNAPI_VERSION=8", `-DNODE_GYP_MODULE_NAME=${name}`, `-I${headers}`],
    ...[join(folder, `${name}.cc`), "-o", `${target}.part`],
  ]);
  if (result.ok) renameSync(`${target}.part`, target);
  else say(`${without}: ${result.missing ? "g++ is not installed" : tail(result.text)}`);
}

/** The kernels of jets, whose work is else done in WebAssembly, and what quiets libtensorflow while it loads. */
function buildAddons() {
  const jets = ["runtime", "physics", "native"];
  buildOwn("jets", jets, "the kernels of jets", "jets stay in WebAssembly");
  const stderr = ["runtime", "tensor", "native"];
  buildOwn(
    "stderr",
    stderr,
    "the switch of standard error",
    "libtensorflow may print when it loads",
  );
}

function fromWheel() {
  if (process.platform !== "linux") {
    throw new SetupError(
      `the storage bucket cannot be reached, and building from the tensorflow-cpu wheel is for Linux, not ${process.platform}`,
    );
  }
  const command = python();
  const wheel = fetchWheel(command);
  unpackWheel(command, wheel);
  rmSync(join(HOME, "wheel"), { recursive: true, force: true });
  buildAddon();
  const checked = check();
  if (!checked.ok) throw new SetupError(`the addon was built but does not load:\n${checked.text}`);
  return checked;
}

function main() {
  if (!options.has("--force")) {
    const present = check();
    if (present.ok) {
      say(`already set up: @tensorflow/tfjs-node ${VERSION}, ${present.version}`);
      buildAddons();
      return;
    }
  }
  rmSync(HOME, { recursive: true, force: true });
  try {
    fetchPackage();
    const viaWheel = options.has("--wheel") || wheelGiven !== undefined;
    const checked = (viaWheel ? undefined : ordinaryInstall()) ?? fromWheel();
    buildAddons();
    say(`ready: @tensorflow/tfjs-node ${VERSION}, ${checked.version}`);
  } catch (error) {
    rmSync(HOME, { recursive: true, force: true });
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    say(
      "nothing was left behind; sgnn works without it, on WebAssembly (`sgnnc doctor` says what is in use)",
    );
    process.exitCode = 1;
  }
}

main();
