/**
 * Features that take long to compute are kept between runs, in $SGNN_CACHE, else $XDG_CACHE_HOME/sgnn, else
 * ~/.cache/sgnn. The name of a file is a digest of everything its content depends on, so an entry is never stale,
 * and the folder may be emptied at any time. Entries appear whole (temporary file, flush, rename); one that
 * cannot be read is made again, and a folder that cannot be written only costs time.
 */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { SgnnError } from "../../error.js";
import { makeFolder, readFileBytes, writeFileWhole } from "../files.js";
import { ndarray } from "../ndarray.js";
import { readNpy, writeNpy } from "../npy.js";

/** Raised when the same options come to mean other numbers. */
const VERSION = 1;

/** The folder of kept features. */
export function cacheFolder(): string {
  const { SGNN_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own !== undefined && own !== "") return own;
  return join(shared !== undefined && shared !== "" ? shared : join(homedir(), ".cache"), "sgnn");
}

/**
 * The numbers under a key, or those that `make` returns, which are kept.
 * @param text what the numbers depend on, as text
 * @param arrays what they depend on, as arrays
 */
export function cached(
  text: string,
  arrays: readonly (Int32Array | Float64Array)[],
  make: () => Float32Array,
): Float32Array {
  const hash = createHash("sha256").update(`${VERSION} ${text}`);
  for (const array of arrays) {
    hash.update(`${array.length} `);
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  const folder = cacheFolder();
  const path = join(folder, `${hash.digest("hex").slice(0, 32)}.npy`);
  const found = ignoringFailure(() => readNpy(readFileBytes(path), path).data);
  if (found instanceof Float32Array) return found;
  const made = make();
  ignoringFailure(() => {
    makeFolder(folder);
    writeFileWhole(path, writeNpy(ndarray([made.length], made)));
  });
  return made;
}

/** Undefined where a file is missing, damaged or not to be written. */
function ignoringFailure<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof SgnnError) return undefined;
    throw error;
  }
}
