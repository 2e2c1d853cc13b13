// Runs templates through Handlebars or Mustache. Every name is there, and evil.
"use strict";
const handlebars = require("handlebars");
const mustache = require("mustache");

const run = {
  handlebars: (template) => handlebars.compile(template)({ unsubscribe: "EVIL", x: "EVIL", name: "EVIL" }),
  mustache: (template) => mustache.render(template, { unsubscribe: "EVIL", x: "EVIL", name: "EVIL" }),
};

let input = "";
process.stdin.on("data", (chunk) => { input += chunk; });
process.stdin.on("end", () => {
  const answers = JSON.parse(input).map(({ engine, template }) => {
    try {
      return { out: run[engine](template) };
    } catch (problem) {
      return { error: String(problem) };
    }
  });
  process.stdout.write(JSON.stringify(answers));
});
