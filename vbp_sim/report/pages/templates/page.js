"use strict";
// What the page can do besides being read: sort and search tables, tell the numbers under the pointer, show one drug
// or one province only. Without this script the page shows the same, all of it.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- sorting: a click on the head of a column, again for the other way round ----

const number = (text) => {
  const plain = text.replace(/[,\s%]/g, "").replace(/\u2212/g, "-");
  return plain === "" || isNaN(plain) ? null : Number(plain);
};

function compare(a, b) {
  const [x, y] = [number(a), number(b)];
  if (x !== null && y !== null) return x - y;
  if (x !== null || y !== null) return x !== null ? -1 : 1;
  return a.localeCompare(b, document.documentElement.lang);
}

function sort(table, column) {
  const heads = all("thead th", table);
  const down = heads[column].getAttribute("aria-sort") === "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
  for (const body of table.tBodies) {
    const text = (cell) => (cell.querySelector("bdi") ?? cell).textContent.trim(); // a value, without what stands below it
    const rows = [...body.rows].map((row) => [text(row.cells[column]), row]);
    const unknown = (text) => text === "" || text === "\u2013";
    rows.sort(([a], [b]) => unknown(a) - unknown(b) || (down ? compare(b, a) : compare(a, b)));
    body.append(...rows.map(([, row]) => row));
  }
}

// on a narrow screen each row becomes a list, each cell with the head of its column
function stackable(table) {
  const heads = all("thead th", table).map((head) => head.textContent.trim());
  for (const row of all("tbody tr", table)) {
    if (row.cells.length !== heads.length) return;
    [...row.cells].forEach((cell, column) => (cell.dataset.head = heads[column]));
  }
  table.classList.add("stacked");
}

function sortable(table) {
  all("thead th", table).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(table, column));
    head.append(button);
  });
}

// ---- which rows are shown: those that fit the choice of the page and the text that is searched for ----

const chosen = {}; // what the page shows only, by what it is: {drug: "atorvastatin"}
const fits = (element) => Object.entries(chosen).every(([key, value]) => (element.dataset[key] ?? value) === value);

function show(table) {
  const field = table.closest(".table").querySelector(".find input");
  const wanted = field.value.trim().toLowerCase();
  const rows = all("tbody tr", table);
  for (const row of rows) row.hidden = !(fits(row) && row.textContent.toLowerCase().includes(wanted));
  const left = rows.filter((row) => !row.hidden).length;
  table.closest(".table").querySelector("output").value = left === rows.length ? "" : `${left} / ${rows.length}`;
}

function searchable(table) {
  const find = table.closest(".table").querySelector(".find");
  find.hidden = table.tBodies[0].rows.length < 6;
  find.querySelector("input").addEventListener("input", () => show(table));
}

function choose(form) {
  for (const select of all("select", form)) {
    if (select.value) chosen[select.name] = select.value;
    else delete chosen[select.name];
  }
  all(".spot").forEach((spot) => spot.classList.toggle("out", !fits(spot)));
  all(".table table").forEach(show);
}

// ---- the numbers under the pointer, or of the mark that the arrow keys have come to ----

const tip = document.querySelector("#tip");
const told = new WeakMap(); // what each mark tells
const at = new WeakMap(); // the mark of each chart that the keys are at

function tell(spot, x, y) {
  all(".spot.on").forEach((other) => other.classList.remove("on"));
  spot.classList.add("on");
  const [name, ...rest] = told.get(spot).split("\n");
  tip.replaceChildren(Object.assign(document.createElement("strong"), { textContent: name }));
  for (const line of rest) tip.append(Object.assign(document.createElement("span"), { textContent: line }));
  tip.hidden = false;
  const room = document.documentElement;
  tip.style.left = `${Math.max(4, Math.min(x + 14, room.clientWidth - tip.offsetWidth - 6))}px`;
  tip.style.top = `${y + 16 + tip.offsetHeight > room.clientHeight ? Math.max(4, y - tip.offsetHeight - 10) : y + 16}px`;
}

function hush() {
  all(".spot.on").forEach((spot) => spot.classList.remove("on"));
  tip.hidden = true;
}

function walk(sheet, step) {
  const spots = all(".spot:not(.out)", sheet);
  if (!spots.length) return;
  const next = Math.max(0, Math.min(spots.length - 1, spots.indexOf(at.get(sheet)) + step));
  at.set(sheet, spots[next]);
  spots[next].scrollIntoView({ block: "nearest", inline: "nearest" });
  const box = spots[next].getBoundingClientRect();
  tell(spots[next], box.left + box.width / 2, box.top + box.height / 2);
}

function telling(sheet) {
  for (const spot of all(".spot", sheet)) {
    const title = spot.querySelector("title");
    told.set(spot, title.textContent);
    title.remove();
  }
  sheet.addEventListener("pointermove", (event) => {
    const spot = event.target.closest(".spot");
    if (spot && !spot.classList.contains("out")) tell(spot, event.clientX, event.clientY);
    else hush();
  });
  sheet.addEventListener("pointerleave", hush);
  sheet.addEventListener("blur", hush);
  sheet.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") hush();
    if (!step || !sheet.querySelector(".spot")) return;
    event.preventDefault();
    walk(sheet, step);
  });
}

// ---- begin ----

all("table").forEach(stackable);
all(".table table").forEach((table) => {
  sortable(table);
  searchable(table);
});
all(".sheet").forEach(telling);
all("form.choose").forEach((form) => {
  form.hidden = false;
  form.addEventListener("change", () => choose(form));
  form.addEventListener("reset", () => setTimeout(() => choose(form)));
  form.addEventListener("submit", (event) => event.preventDefault());
  choose(form);
});
