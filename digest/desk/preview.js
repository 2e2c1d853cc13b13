// The mail as tall as it is, the choices kept over a reload, and a reload when the newsroom has changed.
"use strict";
const body = document.body;
const frame = document.querySelector("iframe");

for (const input of document.querySelectorAll("input[type=radio]")) {
  const kept = sessionStorage.getItem(input.name) ?? (input.name === "width" && innerWidth < 700 ? "phone" : null);
  if (kept) input.checked = kept === input.value;
  input.addEventListener("change", () => sessionStorage.setItem(input.name, input.value));
}
document.querySelector("input[type=date]")?.addEventListener("change", (event) => {
  if (event.target.value) event.target.form.requestSubmit();
});

if (frame) {
  const fit = () => {
    const mail = frame.contentDocument;
    if (!mail?.body) return;
    frame.style.height = "0";
    frame.style.height = `${Math.max(mail.documentElement.scrollHeight, 200)}px`;
  };
  const settle = () => {
    const mail = frame.contentDocument;
    if (!mail?.body) return;
    for (const link of mail.querySelectorAll("a[href]")) link.target = "_blank"; // a click leaves the proof where it is
    for (const image of mail.images) image.addEventListener("load", fit);
    fit();
    const at = Number(sessionStorage.getItem(`at ${location.search}`));
    if (at) scrollTo(0, at);
  };
  frame.addEventListener("load", settle);
  if (frame.contentDocument?.readyState === "complete") settle();
  for (const input of document.querySelectorAll("input[type=radio]")) input.addEventListener("change", fit);
  addEventListener("resize", fit);
  addEventListener("pagehide", () => sessionStorage.setItem(`at ${location.search}`, String(scrollY)));
}

let missed = 0;
setInterval(async () => {
  if (document.hidden) return;
  try {
    const { version } = await (await fetch(body.dataset.state)).json();
    missed = 0;
    if (version !== body.dataset.version) location.reload();
  } catch {
    missed += 1;
  }
  document.querySelector(".gone").hidden = missed < 3;
}, 1500);
