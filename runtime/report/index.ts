export { variantsOf, type BaselineRun, type Examination, type ReportRun } from "./data.js";
export { reportPage } from "./page.js";
export { variantRows } from "./tables.js";
