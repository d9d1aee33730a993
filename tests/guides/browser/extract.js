// Takes the code out of the guides: each block whose first line names a file, such as ```js auth.js, becomes that file in a folder that
// is called after the guide. The arguments are the folder of the guides, and where to put the files.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const [guides, work] = process.argv.slice(2);
const page = new URL("page/", import.meta.url);

for (const guide of ["single-page-app", "several-subdomains", "mobile-app"]) {
  mkdirSync(`${work}/${guide}`);
  const text = readFileSync(`${guides}/${guide}.md`, "utf8");
  for (const [, file, code] of text.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)) {
    if (existsSync(new URL(file, page))) {
      // Of a longer file, the guide shows a part.
      assert(readFileSync(new URL(file, page), "utf8").includes(code), `${guide}.md shows another ${file} than page/${file}`);
    } else {
      writeFileSync(`${work}/${guide}/${file}`, code);
    }
  }
}
cpSync(page, `${work}/single-page-app`, { recursive: true });
writeFileSync(`${work}/package.json`, '{ "type": "module" }');
