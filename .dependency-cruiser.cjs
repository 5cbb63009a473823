/** The floors of the house: grammar knows nobody, compiler knows grammar, runtime knows neither. */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "grammar-knows-nobody",
      severity: "error",
      from: { path: "^grammar/" },
      to: { path: "^(compiler|runtime|examples|test)/" },
    },
    {
      name: "compiler-knows-grammar-only",
      comment: "Only the command line may start the runtime.",
      severity: "error",
      from: { path: "^compiler/", pathNot: "^compiler/cli/" },
      to: { path: "^(runtime|examples|test)/" },
    },
    {
      name: "compiler-is-pure",
      comment: "Parser, checker and planner run in a browser.",
      severity: "error",
      from: { path: "^(grammar|compiler)/", pathNot: "^(compiler/cli|grammar/vscode)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "runtime-knows-neither",
      severity: "error",
      from: { path: "^runtime/" },
      to: { path: "^(grammar|compiler|examples|test)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
