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
  /**
   * `recover` goes on after an error, so that the tree keeps what can be read; `validate` runs Chevrotain's checks
   * of the grammar itself: a test does, users do not wait for it.
   */
  constructor({ recover = true, validate = false } = {}) {
    super({
      recoveryEnabled: recover,
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      skipValidations: !validate,
      errorMessageProvider: expectations,
    });
    this.performSelfAnalysis();
  }

  /** Missing tokens are put in by repair.ts, which also knows when that helps. */
  protected override canTokenTypeBeInsertedInRecovery(): boolean {
    return false;
  }
}

let recovering: SgnnParser | undefined;
let strict: SgnnParser | undefined;
/** The shared parsers; the strict one stops at the first error and gives no tree then. */
export function getParser(kind: "recovering" | "strict"): SgnnParser {
  if (kind === "recovering") return (recovering ??= new SgnnParser());
  return (strict ??= new SgnnParser({ recover: false }));
}
