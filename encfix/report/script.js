"use strict";
const report = JSON.parse(document.getElementById("data").textContent);
const SIZE = 50, AROUND = 9;
const [FILE, LINE, COLUMN, START, RULES, REASON, CONFIDENCE, EXCERPT, NTH, CANDIDATES] = Array(10).keys();
const at = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString("en");

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Text as nodes, with what cannot be seen written out; in what changed, spaces too.
const UNSEEN = /[\0-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ue000-\uf8ff\u{e0000}-\u{e0fff}\u{f0000}-\u{10ffff}]/gu;
const SIGNS = {"\n": "↵", "\t": "⇥", "\r": "␍", "\u3000": "□"};
function shown(text, isChanged) {
  const nodes = [];
  let done = 0;
  const pattern = isChanged ? new RegExp(UNSEEN.source + "| ", "gu") : UNSEEN;
  for (const match of text.matchAll(pattern)) {
    const point = "U+" + match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    nodes.push(text.slice(done, match.index));
    if (match[0] === " ") nodes.push(make("span", {title: point}, "␣"));
    else nodes.push(make("span", {class: "unseen", title: point}, SIGNS[match[0]] || point));
    done = match.index + match[0].length;
  }
  nodes.push(text.slice(done));
  return nodes;
}

const before = (row) => report.excerpts[row[EXCERPT]][3 * row[NTH] + 1];
const after = (row) => report.excerpts[row[EXCERPT]][3 * row[NTH] + 2];
const isLeft = (row) => row.length > CANDIDATES;
const binOf = (row) => report.bins.findLastIndex((least) => row[CONFIDENCE] >= least);
const tail = (text, length) => Array.from(text.slice(-2 * length)).slice(-length).join("");
const head = (text, length) => Array.from(text.slice(0, 2 * length)).slice(0, length).join("");

// A change in its text, as it was or as it is, and what is near; `whole` shows all of the excerpt.
function side(row, isClean, whole) {
  const excerpt = report.excerpts[row[EXCERPT]], own = 3 * row[NTH];
  const box = make(whole ? "div" : "span", {class: whole ? "text box" : "text"});
  const changed = (nth) => excerpt[nth + (isClean ? 2 : 1)];
  const mark = (nth) => {
    const tag = isLeft(row) ? "mark" : isClean ? "ins" : "del", text = changed(nth);
    const classes = [whole ? (nth === own ? "here" : "other") : "", text ? "" : "none"];
    return make(tag, {class: classes.join(" ").trim(), title: text ? "" : "nothing"}, ...shown(text, true));
  };
  if (whole) {
    for (let nth = 0; nth < excerpt.length; nth += 3) {
      box.append(...shown(excerpt[nth], false));
      if (nth + 1 < excerpt.length) box.append(mark(nth));
    }
    return box;
  }
  let left = excerpt[own], right = excerpt[own + 3];
  for (let nth = own - 3; nth >= 0 && left.length <= AROUND; nth -= 3) left = excerpt[nth] + changed(nth) + left;
  for (let nth = own + 3; nth + 1 < excerpt.length && right.length <= AROUND; nth += 3) right += changed(nth) + excerpt[nth + 3];
  box.append(left.length > AROUND ? "…" : "", ...shown(tail(left, AROUND), false), mark(own));
  box.append(...shown(head(right, AROUND), false), right.length > AROUND ? "…" : "");
  return box;
}

function points(text) {
  const all = Array.from(text, (character) => "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0"));
  return all.slice(0, 24).join(" ") + (all.length > 24 ? ` and ${all.length - 24} more` : "") || "nothing";
}

function place(row) {
  return report.names[row[FILE]] + (row[LINE] ? `:${row[LINE]}:${row[COLUMN]}` : ` at ${count(row[START])}`);
}

function detail(row) {
  const clean = isLeft(row) ? "perhaps" : "clean";
  const sides = make("div", {class: "sides"}, make("div", {}, make("h3", {}, "original"), side(row, false, true)));
  if (!isLeft(row) || before(row) !== after(row)) sides.append(make("div", {}, make("h3", {}, clean), side(row, true, true)));
  const facts = make("p", {class: "facts"}, report.reasons[row[REASON]], ". Offset ", count(row[START]), ". ", make("code", {}, points(before(row))), " → ", make("code", {}, isLeft(row) && before(row) === after(row) ? "left as it is" : points(after(row))));
  const cell = make("td", {colspan: 5}, sides, facts);
  if (isLeft(row) && row[CANDIDATES].length) cell.append(make("p", {class: "facts"}, "Possible: ", row[CANDIDATES].join("  ")));
  return make("tr", {class: "detail"}, cell);
}

function line(row) {
  const open = make("button", {class: "open", "aria-expanded": "false"}, make("span", {}, ...shown(place(row), false)));
  const isKnown = !isLeft(row) || before(row) !== after(row);
  const rule = make("td", {}, report.rules[row[RULES]].join(" + "));
  const element = make("tr", {},
    make("td", {}, open), rule, make("td", {}, side(row, false, false)),
    make("td", {}, isLeft(row) ? make("em", {}, isKnown ? "left; perhaps " : "left", ...(isKnown ? [side(row, true, false)] : [])) : side(row, true, false)),
    make("td", {class: "number"}, isKnown ? String(row[CONFIDENCE]) : "–"));
  open.addEventListener("click", () => {
    const isOpen = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) element.nextSibling.remove();
    else element.after(detail(row));
  });
  return element;
}

// The list: which rows are wanted, in which order, and the page of them that is shown.
let rows = report.rows, page = 1;
const lowered = (list) => list.map((text) => text.toLowerCase());
const names = lowered(report.names), reasons = lowered(report.reasons);

function choose() {
  const text = at("text").value.trim().toLowerCase(), rule = at("rule").value, bin = at("bin").value;
  const file = at("file").value, outcome = at("outcome").value;
  const wanted = report.rules.map((list) => !rule || list.some((name) => name === rule || name.startsWith(rule + ".")));
  const found = (list) => list.map((value) => value.includes(text));
  const inName = found(names), inReason = found(reasons);
  rows = report.rows.filter((row) =>
    wanted[row[RULES]] && (!file || report.names[row[FILE]] === file) && (!bin || binOf(row) === Number(bin))
    && (!outcome || isLeft(row) === (outcome === "left"))
    && (!text || inName[row[FILE]] || inReason[row[REASON]] || before(row).toLowerCase().includes(text) || after(row).toLowerCase().includes(text)));
  if (at("order").value) rows.sort((one, other) => one[CONFIDENCE] - other[CONFIDENCE]);
  for (const button of document.querySelectorAll("[data-rule]")) button.setAttribute("aria-pressed", String(button.dataset.rule === rule));
  for (const button of document.querySelectorAll("[data-bin]")) button.setAttribute("aria-pressed", String(button.dataset.bin === bin));
  turn(1);
}

function turn(number) {
  const pages = Math.max(Math.ceil(rows.length / SIZE), 1);
  page = Math.min(Math.max(number || 1, 1), pages);
  at("page").value = page;
  at("page").max = pages;
  at("pages").textContent = `of ${count(pages)}`;
  at("previous").disabled = page === 1;
  at("next").disabled = page === pages;
  const total = report.counts.reduce((sum, [, made, left]) => sum + made + left, 0);
  const hidden = total - report.rows.length;
  at("status").textContent = `${count(rows.length)} of ${count(report.rows.length)} listed` + (hidden ? `; the audit has ${count(hidden)} more` : "");
  at("list").tBodies[0].replaceChildren(...rows.slice((page - 1) * SIZE, page * SIZE).map(line));
}

function pick(id, value) {
  at(id).value = at(id).value === value ? "" : value;
  choose();
}

// The charts.
function bar(name, made, left, most, isKind) {
  const track = make("span", {class: "track"});
  for (const [number, colour] of [[made, "made"], [left, "left"]]) {
    if (number) track.append(make("span", {class: colour, style: `width:${100 * number / most}%`}));
  }
  const button = make("button", {class: isKind ? "bar kind" : "bar", "data-rule": name, "aria-pressed": "false", title: `${count(made)} repaired, ${count(left)} left`},
    make("span", {}, isKind ? name : name.slice(name.indexOf(".") + 1)), track, make("span", {class: "number"}, count(made + left)));
  button.addEventListener("click", () => pick("rule", name));
  return button;
}

function drawBars() {
  const kinds = new Map();
  for (const [name, made, left] of report.counts) {
    const kind = name.split(".")[0];
    const sum = kinds.get(kind) || {made: 0, left: 0, rules: []};
    sum.made += made; sum.left += left; sum.rules.push([name, made, left]);
    kinds.set(kind, sum);
  }
  const all = [...kinds].sort(([, one], [, other]) => other.made + other.left - one.made - one.left);
  const most = Math.max(...all.map(([, sum]) => sum.made + sum.left), 1);
  for (const [kind, sum] of all) {
    at("bars").append(bar(kind, sum.made, sum.left, most, true));
    at("rule").append(new Option(kind, kind));
    for (const [name, made, left] of sum.rules.sort((one, other) => other[1] + other[2] - one[1] - one[2])) {
      at("bars").append(bar(name, made, left, most, false));
      at("rule").append(new Option("   " + name, name));
    }
  }
  if (!all.length) at("bars").append(make("p", {}, "Nothing was found."));
}

function drawHistogram() {
  const most = Math.max(...report.confidence, 1);
  report.bins.forEach((least, nth) => {
    const label = `${least}–${report.bins[nth + 1] ?? 1}`, number = report.confidence[nth];
    const button = make("button", {"data-bin": String(nth), "aria-pressed": "false", title: `confidence ${label}`},
      make("span", {}, count(number)), make("span", {class: number ? "made" : "", style: `height:${70 * number / most}%`}), make("small", {}, label));
    button.addEventListener("click", () => pick("bin", String(nth)));
    at("histogram").append(button);
    at("bin").append(new Option(label, String(nth)));
  });
}

function drawWorst() {
  const body = make("tbody");
  for (const [name, changes, findings, verdict] of report.worst) {
    const button = make("button", {class: "open-file"}, ...shown(name, false));
    button.addEventListener("click", () => { pick("file", name); at("list-title").scrollIntoView(); });
    body.append(make("tr", {}, make("td", {}, button), make("td", {class: "number"}, count(changes)), make("td", {class: "number"}, count(findings)), make("td", {}, verdict)));
  }
  const headings = ["file", "changes", "left", "verdict"].map((name) => make("th", name === "file" || name === "verdict" ? {} : {class: "number"}, name));
  at("worst").append(make("thead", {}, make("tr", {}, ...headings)), body);
}

function drawTotals() {
  const sum = (nth) => report.counts.reduce((total, row) => total + row[nth], 0);
  const {clean, repaired, suspect, lost} = report.verdicts;
  const totals = {
    files: report.files, kilobytes: Math.ceil(report.bytes / 1000), changes: sum(1), "left as it was": sum(2),
    "clean files": clean, "repaired files": repaired, "suspect files": suspect, "lossy files": lost,
  };
  for (const [name, value] of Object.entries(totals)) at("totals").append(make("div", {}, make("dt", {}, name), make("dd", {}, count(value))));
  const options = Object.entries(report.options).filter(([, value]) => !Array.isArray(value) || value.length);
  at("made").textContent = `encfix ${report.version}, data ${report.data}; ` + options.map(([name, value]) => `${name} ${[value].flat().join(" ")}`).join(", ");
}

for (const id of ["rule", "file", "bin"]) at(id).append(new Option("any", ""));
drawTotals();
drawBars();
drawHistogram();
drawWorst();
const listed = report.names.length > 500 ? report.worst.map(([name]) => name) : report.names;
for (const name of listed) at("file").append(new Option(name, name));
let waiting = 0;
at("text").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(choose, 120); });
for (const id of ["rule", "file", "bin", "outcome", "order"]) at(id).addEventListener("change", choose);
at("filter").addEventListener("reset", () => setTimeout(choose));
at("previous").addEventListener("click", () => turn(page - 1));
at("next").addEventListener("click", () => turn(page + 1));
at("page").addEventListener("change", () => turn(Number(at("page").value)));
document.addEventListener("keydown", (event) => {
  const isTyping = /^(INPUT|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    at("text").focus();
  }
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !isTyping && event.target.matches(".open, body")) {
    const all = [...document.querySelectorAll(".open")];
    const nth = all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
    if (event.target !== document.body && all[nth]) {
      event.preventDefault();
      all[nth].focus();
    }
  }
});
choose();
