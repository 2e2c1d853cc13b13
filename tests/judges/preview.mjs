// Chromium over a running preview. In: {"url", "browser"}. Out: what the page and the mail in its frame say of
// themselves by width and choice, and what became of a script in the mail. No request leaves the machine.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_PATH, "here.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { url, browser: executablePath } = JSON.parse(input);

async function look(browser, width, desk) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: null });
  const page = await context.newPage();
  await page.route("**/*", (route) => (route.request().url().startsWith(url) ? route.continue() : route.abort()));
  await page.goto(url);
  await page.frameLocator("iframe").locator("body").waitFor();
  const told = { width, desk, schemes: {}, title: await page.title() };
  for (const scheme of ["light", "dark"]) {
    await page.locator(`input[value=${scheme}]`).check({ force: true });
    await page.waitForTimeout(200);
    const mail = page.frames().find((frame) => frame.url().endsWith("/index.html"));
    told.schemes[scheme] = await mail.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  }
  told.dark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  told.sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ exclude: [["iframe"]] }, { iframes: false }));
  told.axe = violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]);
  await context.close();
  return told;
}

const answers = [];
for (const desk of ["light", "dark"]) {
  const settings = desk === "dark" ? ["--blink-settings=preferredColorScheme=0"] : [];
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", ...settings] });
  for (const width of [1360, 390]) answers.push(await look(browser, width, desk));
  await browser.close();
}
console.log(JSON.stringify(answers));
