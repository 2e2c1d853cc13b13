// Chromium over documents. In: {"jobs": [{html, width, scheme, want: ["axe"|"layout"], against?, shot?, blocked?, outlook?}],
// "browser": path}. `blocked` loads no picture; `outlook` reads what Outlook for Windows does: its conditional comments, and
// no max-width, table-layout, height:auto or <style> of others.
// Out: a list of {axe: [...], layout: {...}, differences: [...]}; `against` is another document, whose computed styles
// must be the same. No request leaves the machine:
// every picture is a grey one made here, in the size it asks for.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_PATH, "here.js"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { jobs, browser: executablePath } = JSON.parse(input);

const here = "http://digest.invalid/";
const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"><rect width="100%" height="100%" fill="#8a97a3"/></svg>';

async function accessibility(page) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) => ({
    rule: id, message: help, where: nodes.slice(0, 5).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
  }));
}

const asOutlook = (html) => html
  .replace(/<!--\[if mso\]>/g, "").replace(/<!\[endif\]-->/g, "")
  .replace(/<!--\[if !mso\]><!-->[\s\S]*?<!--<!\[endif\]-->/g, "")
  .replace(/<style>(?![^<]*mso-)[^<]*<\/style>/g, "")
  .replace(/(max-width|table-layout|aspect-ratio|object-fit):[^;"]*;?/g, "").replace(/height:auto;?/g, "");

const layout = (page) => page.evaluate(() => {
  const wide = [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && element.offsetParent !== null)
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 160));
  return { scroll: document.documentElement.scrollWidth, width: innerWidth, wide };
});

// Every element of the body with all its computed values, in the order of their names.
const styles = (page) => page.evaluate(() => {
  const names = [...getComputedStyle(document.body)];
  const elements = [...document.body.querySelectorAll("*")].map((element) => {
    const computed = getComputedStyle(element);
    return [element.tagName.toLowerCase(), ...names.map((name) => computed.getPropertyValue(name))].join("\n");
  });
  return { names, elements };
});

function differences(one, other) {
  if (one.elements.length !== other.elements.length) {
    return [`${one.elements.length} elements against ${other.elements.length}`];
  }
  return one.elements.flatMap((element, index) => {
    if (element === other.elements[index]) return [];
    const [tag, ...first] = element.split("\n");
    const [otherTag, ...second] = other.elements[index].split("\n");
    const values = one.names.filter((_, at) => first[at] !== second[at]);
    const told = values.map((name) => `${name}: ${first[one.names.indexOf(name)]} / ${second[one.names.indexOf(name)]}`);
    return [`${index} <${tag}${tag === otherTag ? "" : "/" + otherTag}> ${told.join("; ")}`];
  });
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const answers = [];
for (const job of jobs) {
  const context = await browser.newContext({ viewport: { width: job.width, height: 900 }, colorScheme: job.scheme });
  const page = await context.newPage();
  let html = job.outlook ? asOutlook(job.html) : job.html;
  await page.route("**/*", (route) => {
    if (route.request().resourceType() === "image" && job.blocked) return route.abort();
    if (route.request().resourceType() === "image") return route.fulfill({ contentType: "image/svg+xml", body: picture });
    if (route.request().url() !== here) return route.abort();
    return route.fulfill({ contentType: "text/html; charset=utf-8", body: html });
  });
  await page.goto(here, { waitUntil: "load" });
  const answer = {};
  if (job.want?.includes("layout")) answer.layout = await layout(page);
  if (job.shot) await page.screenshot({ path: job.shot, fullPage: true });
  if (job.against) {
    const mine = await styles(page);
    html = job.against;
    await page.goto(here, { waitUntil: "load" });
    answer.differences = differences(mine, await styles(page));
  }
  if (job.want?.includes("axe")) answer.axe = await accessibility(page);
  answers.push(answer);
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(answers));
