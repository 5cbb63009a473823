/** The one parser instance. Building it is the start-up cost of the grammar, so it is built on first use. */
import type { IParserErrorMessageProvider } from "chevrotain";
import { DataParser } from "./parser-data.js";

/**
 * Messages carry the names of the expected tokens, separated by blanks; errors.ts makes phrases of them.
 * They are never shown.
 */
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.name,
  buildNotAllInputParsedMessage: () => "",
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) =>
    expectedPathsPerAlt.flatMap((paths) => paths.map((path) => path[0]?.name ?? "")).join(" "),
  buildEarlyExitMessage: ({ expectedIterationPaths }) =>
    expectedIterationPaths.map((path) => path[0]?.name ?? "").join(" "),
};

export class SgnnParser extends DataParser {
  /** `validate` runs Chevrotain's checks of the grammar itself; a test does, users do not wait for it. */
  constructor(validate = false) {
    super({
      recoveryEnabled: true,
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      skipValidations: !validate,
      errorMessageProvider: expectations,
    });
    this.performSelfAnalysis();
  }
}

let instance: SgnnParser | undefined;
/** The shared parser. */
export function getParser(): SgnnParser {
  instance ??= new SgnnParser();
  return instance;
}
