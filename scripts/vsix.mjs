// Packs the VS Code extension: dist/vscode/sgnn-VERSION.vsix. Build first.
// A .vsix is a zip with two descriptions beside the folder of the extension.
import { zipSync } from "fflate";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "grammar", "vscode");
const target = join(root, "dist", "vscode");
mkdirSync(target, { recursive: true });

const bundle = await rolldown({
  input: join(source, "extension.ts"),
  platform: "node",
  external: ["vscode"],
});
const { output } = await bundle.generate({ format: "cjs", minify: true });
await bundle.close();

const extension = JSON.parse(readFileSync(join(source, "manifest.json"), "utf8"));
const escape = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const manifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011" xmlns:d="http://schemas.microsoft.com/developer/vsx-schema-design/2011">
  <Metadata>
    <Identity Language="en-US" Id="${extension.name}" Version="${extension.version}" Publisher="${extension.publisher}" />
    <DisplayName>${escape(extension.displayName)}</DisplayName>
    <Description xml:space="preserve">${escape(extension.description)}</Description>
    <Tags>sgnn,graph,spiking,__ext_sgnn</Tags>
    <Categories>${extension.categories.join(",")}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${extension.engines.vscode}" />
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code" /></Installation>
  <Dependencies />
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true" />
  </Assets>
</PackageManifest>
`;
const types = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[
  ["json", "application/json"],
  ["js", "application/javascript"],
  ["md", "text/markdown"],
  ["txt", "text/plain"],
  ["vsixmanifest", "text/xml"],
]
  .map(([end, type]) => `<Default Extension=".${end}" ContentType="${type}"/>`)
  .join("")}</Types>
`;

const text = (content) => new TextEncoder().encode(content);
const file = (name) => new Uint8Array(readFileSync(join(source, name)));
const archive = zipSync(
  {
    "[Content_Types].xml": text(types),
    "extension.vsixmanifest": text(manifest),
    "extension/package.json": file("manifest.json"),
    "extension/README.md": file("README.md"),
    "extension/LICENSE.txt": new Uint8Array(readFileSync(join(root, "LICENSE"))),
    "extension/extension.js": text(output[0].code),
    "extension/language-configuration.json": file("language-configuration.json"),
    "extension/snippets.json": file("snippets.json"),
    "extension/syntaxes/sgnn.tmLanguage.json": file("syntaxes/sgnn.tmLanguage.json"),
  },
  // The same sources give the same bytes.
  { level: 9, mtime: new Date(1980, 0, 1) },
);
const path = join(target, `${extension.name}-${extension.version}.vsix`);
writeFileSync(path, archive);
console.log(`${path} (${Math.round(archive.length / 1024)} KB)`);
