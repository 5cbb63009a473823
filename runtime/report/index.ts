export type { Examination, ReportRun } from "./data.js";
export { reportPage } from "./page.js";
