export { convertModel, type Conversion } from "./convert.js";
