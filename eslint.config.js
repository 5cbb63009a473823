import tseslint from "typescript-eslint";

/** What Node gives a script; the compiler of TypeScript knows it by itself. */
const node = [
  ...[
    "Buffer",
    "URL",
    "WebAssembly",
    "clearInterval",
    "clearTimeout",
    "console",
    "fetch",
    "gc",
    "global",
    "globalThis",
  ],
  ...[
    "performance",
    "process",
    "queueMicrotask",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "structuredClone",
  ],
  ...["TextDecoder", "TextEncoder"],
];

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "node_modules/**",
      "runs/**",
      "**/runs/**",
      "runtime/kernels/wasm/assembly/**",
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    files: ["**/*.mjs", "**/*.js"],
    languageOptions: { globals: Object.fromEntries(node.map((name) => [name, "readonly"])) },
    rules: { "no-undef": "error" },
  },
  { files: ["compiler/cli/**/*.ts", "scripts/**"], rules: { "no-console": "off" } },
);
