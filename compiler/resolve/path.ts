/** Paths of imports, as plain text: the compiler has no file system of its own. */

/**
 * The path `to`, written in file `from`, as a path to ask the host for. `.` and `..` are resolved, so
 * one file has one name: `resolvePath("nets/a.sgnn", "../b.sgnn")` is `b.sgnn`.
 */
export function resolvePath(from: string, to: string): string {
  if (to.startsWith("sgnn:") || /^([/\\]|[A-Za-z]:)/.test(to)) return to;
  return normalisePath(from.replace(/[^/\\]*$/, "") + to);
}

/** Removes `.` and inner `..`; keeps a leading `/` and `..`s that lead out of the start. */
export function normalisePath(path: string): string {
  const absolute = path.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return absolute + parts.join("/");
}
