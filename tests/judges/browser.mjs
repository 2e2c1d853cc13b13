// Chromium over documents. In: {"jobs": [{html, width, scheme, want: ["axe"|"layout"|"styles"], shot?}], "browser": path}.
// Out: a list of {axe: [...], layout: {...}, styles: [[element, {property: value}]...]}. No request leaves the machine:
// every picture is a grey one made here, in the size it asks for.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_PATH, "here.js"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { jobs, browser: executablePath } = JSON.parse(input);

const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"><rect width="100%" height="100%" fill="#8a97a3"/></svg>';

async function accessibility(page) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) => ({
    rule: id, message: help, where: nodes.slice(0, 5).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
  }));
}

const layout = (page) => page.evaluate(() => {
  const wide = [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && element.offsetParent !== null)
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 160));
  return { scroll: document.documentElement.scrollWidth, width: innerWidth, wide };
});

// Every element of the body with all its computed properties; elements that only one document has are not comparable.
const styles = (page) => page.evaluate(() => [...document.body.querySelectorAll("*")].map((element) => {
  const computed = getComputedStyle(element);
  const values = {};
  for (const name of computed) values[name] = computed.getPropertyValue(name);
  return [`${element.tagName.toLowerCase()}.${element.className}`, values];
}));

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const answers = [];
for (const job of jobs) {
  const context = await browser.newContext({
    viewport: { width: job.width, height: 900 }, colorScheme: job.scheme, deviceScaleFactor: 1, javaScriptEnabled: true });
  const page = await context.newPage();
  await page.route("**/*", (route) => route.request().resourceType() === "image"
    ? route.fulfill({ contentType: "image/svg+xml", body: picture })
    : route.request().url() === "http://digest.invalid/" ? route.fulfill({ contentType: "text/html; charset=utf-8", body: job.html }) : route.abort());
  await page.goto("http://digest.invalid/", { waitUntil: "load" });
  const answer = {};
  if (job.want.includes("layout")) answer.layout = await layout(page);
  if (job.want.includes("styles")) answer.styles = await styles(page);
  if (job.shot) await page.screenshot({ path: job.shot, fullPage: true });
  if (job.want.includes("axe")) answer.axe = await accessibility(page);
  answers.push(answer);
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(answers));
