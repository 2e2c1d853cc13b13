// html-validate and caniemail over documents. In: {"documents": {name: html}, "rules": {...}, "clients": [...]}.
// Out: {name: {"html-validate": [...], "caniemail": [...]}}; each finding is {rule, message, line}.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_PATH, "here.js"));
const { HtmlValidate, StaticConfigLoader } = require("html-validate");
const { caniemail } = await import(
  pathToFileURL(path.join(process.env.NODE_PATH, "caniemail", "dist", "index.js")));

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { documents, rules, clients } = JSON.parse(input);
const validator = new HtmlValidate(
  new StaticConfigLoader({ extends: ["html-validate:standard", "html-validate:a11y"], rules }));

async function validated(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((result) =>
    result.messages.map(({ ruleId, message, line }) => ({ rule: ruleId, message, line })));
}

// One finding for each feature and severity, with the clients it concerns.
function supported(html) {
  const { issues } = caniemail({ clients, html });
  const found = new Map();
  for (const issueType of ["errors", "warnings"]) {
    for (const [client, list] of issues[issueType] ?? new Map()) {
      for (const issue of list) {
        const key = `${issueType}: ${issue.title}`;
        const entry = found.get(key) ?? { rule: issue.title, message: issueType.slice(0, -1), clients: [] };
        entry.clients.push(client);
        found.set(key, entry);
      }
    }
  }
  return [...found.values()];
}

const answer = {};
for (const [name, html] of Object.entries(documents)) {
  answer[name] = { "html-validate": await validated(html), caniemail: supported(html) };
}
process.stdout.write(JSON.stringify(answer));
