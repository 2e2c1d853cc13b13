// The mail as tall as it is, a click on a block of it answered beside it, choices kept over a reload, and a reload when
// the newsroom has changed. Without this file every page and every act still works.
"use strict";
const body = document.body;
const frame = document.querySelector("iframe");
const kept = (key) => sessionStorage.getItem(`desk ${key}`);
const keep = (key, value) => sessionStorage.setItem(`desk ${key}`, value);
const radios = [...document.querySelectorAll("input[type=radio]")];

for (const input of radios) {
  const before = kept(input.name) ?? (input.name === "width" && innerWidth < 700 ? "phone" : null);
  if (before) input.checked = before === input.value;
  input.addEventListener("change", () => keep(input.name, input.value));
}
document.querySelector(".dates input[type=date]")?.addEventListener("change", (event) => {
  if (event.target.value) event.target.form.requestSubmit();
});

// What is open stays open; a form that somebody is writing in holds the reload back.
const opened = new Set(JSON.parse(kept(`open ${location.pathname}`) ?? "[]"));
const keyOf = (details) => details.dataset.key ?? details.parentElement.dataset.key;
function open(part) {
  for (const details of part.querySelectorAll("[data-key] > details, details[data-key]")) {
    if (opened.has(keyOf(details))) details.open = true;
  }
}
document.addEventListener("toggle", ({ target }) => {
  const key = target.tagName === "DETAILS" ? keyOf(target) : null;
  if (!key) return;
  opened[target.open ? "add" : "delete"](key);
  keep(`open ${location.pathname}`, JSON.stringify([...opened]));
  const place = target.open && target.querySelector(":scope > [data-open]");
  if (place) load(place, place.dataset.open);
}, true);
let writing = false; // or on the way: a reload would overtake the answer to what was just sent
for (const name of ["input", "submit"]) {
  document.addEventListener(name, ({ target }) => { if (target.closest("form[method=post]")) writing = true; });
}
document.addEventListener("keydown", (event) => { // Escape closes what is open around the focus
  const details = event.key === "Escape" && document.activeElement?.closest("details[open]");
  if (!details) return;
  details.open = false;
  details.querySelector("summary").focus();
});

// A part of the page that comes later: the same part of another page takes its place.
async function load(place, address) {
  delete place.dataset.open;
  try {
    const text = await (await fetch(address)).text();
    const part = new DOMParser().parseFromString(text, "text/html").getElementById("part");
    if (!part) return;
    place.replaceChildren(...part.childNodes);
    place.removeAttribute("aria-busy");
    open(place);
    const at = new URLSearchParams(location.hash.slice(1)).get("at");
    if (at && !document.querySelector(".row.at")) show(at);
  } catch { /* the page says what to do without it */ }
}

function show(key, kind) {
  const rows = [...document.querySelectorAll(".row")];
  const row = rows.find((one) => one.dataset.key === key && (!kind || one.dataset.kind === kind));
  for (const one of rows) one.classList.toggle("at", one === row);
  if (!row) return false;
  for (let up = row.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
  row.firstElementChild.open = true;
  row.scrollIntoView({ block: "center" });
  return true;
}
open(document);
const at = new URLSearchParams(location.hash.slice(1)).get("at");
if (at) show(at);

if (frame) {
  const fit = () => {
    const mail = frame.contentDocument;
    if (!mail?.body) return;
    const top = frame.parentElement.scrollTop;
    frame.style.height = "0";
    frame.style.height = `${Math.max(mail.documentElement.scrollHeight, 200)}px`;
    frame.parentElement.scrollTop = top;
  };
  const settle = () => {
    const mail = frame.contentDocument;
    if (!mail?.body) return;
    for (const link of mail.querySelectorAll("a[href]")) link.target = "_blank"; // a click leaves the desk where it is
    for (const image of mail.images) image.addEventListener("load", fit);
    mail.addEventListener("click", (event) => {
      const block = event.target.closest?.("[data-story], [data-line-item]");
      if (!block || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const ad = block.dataset.lineItem;
      if (show(ad ?? block.dataset.story, ad ? "ad" : "story")) document.querySelector(".row.at summary").focus();
    });
    fit();
    frame.parentElement.scrollTop = Number(kept(`mail ${location.search}`)) || 0;
  };
  const part = () => {
    const chosen = radios.find((one) => one.name === "part" && one.checked)?.value;
    const query = { nopics: "?pictures=off", nostyle: "?styles=off" }[chosen] ?? "";
    const src = frame.dataset.src + query;
    if (frame.getAttribute("src") !== src) frame.setAttribute("src", src);
    fit();
  };
  frame.addEventListener("load", settle);
  part();
  if (frame.contentDocument?.readyState === "complete") settle();
  for (const input of radios) input.addEventListener("change", part);
  addEventListener("resize", fit);
  addEventListener("pagehide", () => {
    keep(`mail ${location.search}`, String(frame.parentElement.scrollTop));
    keep(`at ${location.search}`, String(scrollY));
  });
  const was = Number(kept(`at ${location.search}`));
  if (was && !at) scrollTo(0, was);
}

for (const place of document.querySelectorAll("[data-load]")) load(place, place.dataset.load);

let missed = 0;
if (body.dataset.state) setInterval(async () => {
  if (document.hidden) return;
  try {
    const { version } = await (await fetch(body.dataset.state)).json();
    missed = 0;
    if (version !== body.dataset.version && !writing) location.reload();
  } catch {
    missed += 1;
  }
  document.querySelector(".gone").hidden = missed < 5;
}, 350);
