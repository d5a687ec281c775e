// Writes expected.json: how citeproc-js renders items.json in the four styles, one item at a time. Nothing of citeproc or
// of the styles is kept here, only what they give.
//
//   npm install citeproc @citation-js/plugin-csl     (in a folder of its own; citeproc is CPAL or AGPL, so it stays there)
//   node make.mjs THAT-FOLDER/node_modules CHICAGO-AUTHOR-DATE.csl
//
// APA, Harvard (Cite Them Right) and Vancouver (NLM) come with @citation-js/plugin-csl; Chicago author-date, 17th edition, is
// the default style of pandoc (data/default.csl).
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [modules, chicago] = process.argv.slice(2);
const require = createRequire(resolve(modules) + "/");
const CSL = require("citeproc");
const lib = resolve(modules, "@citation-js/plugin-csl/lib");
const read = (path) => readFileSync(path, "utf8");
const styles = JSON.parse(read(lib + "/styles.json"));
const locales = JSON.parse(read(lib + "/locales.json"));
const here = new URL(".", import.meta.url);
const items = JSON.parse(read(new URL("items.json", here)));
const texts = { apa: styles.apa, chicago: read(chicago), harvard: styles.harvard1, vancouver: styles.vancouver };
const clean = (s) => s.replace(/<div class="csl-left-margin">.*?<\/div>/, "").replace(/<\/?div[^>]*>/g, "").replace(/&#38;/g, "&").replace(/&#60;/g, "<").replace(/&#62;/g, ">").trim();

const expected = {};
for (const [name, xml] of Object.entries(texts)) {
  expected[name] = {};
  for (const item of items) {
    const engine = new CSL.Engine({ retrieveLocale: () => locales["en-US"], retrieveItem: () => structuredClone(item) }, xml, "en-US", true);
    engine.updateItems([item.id]);
    expected[name][item.id] = { entry: clean(engine.makeBibliography()[1][0]), inText: clean(engine.makeCitationCluster([{ id: item.id }])) };
  }
}
writeFileSync(new URL("expected.json", here), JSON.stringify(expected, null, 2) + "\n");
