// html-validate and caniemail over documents. In: {"documents": {name: html}, "rules": {...}}.
// Out: {name: {"html-validate": [...], "caniemail": [...]}}; each finding is {rule, message, line}.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_PATH, "here.js"));
const { HtmlValidate, StaticConfigLoader } = require("html-validate");
const dist = (file) => pathToFileURL(path.join(process.env.NODE_PATH, "caniemail", "dist", file));
const { caniemail } = await import(dist("index.js"));
const { clientNames } = await import(dist("clients.js"));

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { documents, rules } = JSON.parse(input);
const validator = new HtmlValidate(
  new StaticConfigLoader({ extends: ["html-validate:standard", "html-validate:a11y"], rules }));

async function validated(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((result) =>
    result.messages.map(({ ruleId, message, line }) => ({ rule: ruleId, message, line })));
}

// caniemail stops where its tables know nothing of a feature in a client; then it is asked again without that feature.
function asked(html, client) {
  for (let tries = 0; tries < 40; tries += 1) {
    try {
      return caniemail({ clients: [client], html });
    } catch (problem) {
      const feature = /Feature "([\w-]+)/.exec(problem.message)?.[1];
      const without = feature && html.replaceAll(new RegExp(`(?<![\\w-])${feature}\\s*:[^;"}]*;?`, "g"), "");
      if (!without || without === html) throw problem;
      html = without;
    }
  }
  throw new Error(`caniemail knows too little of ${client}`);
}

// One finding for each feature and severity, with the clients it concerns.
function supported(html) {
  const found = new Map();
  for (const client of clientNames) {
    const { issues } = asked(html, client);
    for (const issueType of ["errors", "warnings"]) {
      for (const issue of issues[issueType]?.get(client) ?? []) {
        const key = `${issueType}: ${issue.title}`;
        const entry = found.get(key) ?? { rule: issue.title, message: issueType.slice(0, -1), clients: [] };
        if (!entry.clients.includes(client)) entry.clients.push(client);
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
