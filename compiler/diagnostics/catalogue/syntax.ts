import { entry } from "../diagnostic.js";
const row = (code: string) => entry<Record<string, unknown>>({ code, name: code, severity: "error", message: (a) => JSON.stringify(a), why: () => "", fix: () => undefined, example: { wrong: "", right: "" } });
export const syntax: Record<string, ReturnType<typeof row>> = Object.fromEntries(Array.from({ length: 30 }, (_, k) => `S0${String(k).padStart(2, "0")}`).map((c) => [c, row(c)]));
