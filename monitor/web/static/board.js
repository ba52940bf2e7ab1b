// What a page does besides following links: filters apply as they are chosen, and a page that was
// left behind looks again at once. Without it everything still works, by its buttons.
"use strict";

// On a telephone the menu is wider than the screen: where one is should be seen.
document
  .querySelector("nav [aria-current=page]")
  ?.scrollIntoView({ block: "nearest", inline: "center" });

// A list that cannot look again says so: on a wall, nobody would know otherwise.
const lost = document.getElementById("lost");
const isLost = (yes) => () => {
  if (lost) lost.hidden = !yes;
};
document.addEventListener("htmx:error", isLost(true));
document.addEventListener("htmx:response:error", isLost(true));
document.addEventListener("htmx:after:request", isLost(false));

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[role=search]");
  if (form && event.target.matches("select")) form.requestSubmit();
});

// Empty fields stay out of the address: it is meant to be shared.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  for (const field of event.target.elements) {
    if (field.name && field.value === "") field.disabled = true;
  }
});

// Coming back by the browser's button, fields are as they were.
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] [disabled]")) field.disabled = false;
});
