// The gallery. Everything that comes from a review is set as text or as a number, never as markup.
(() => {
"use strict";
const PAGE = 48;
const SVG = "http://www.w3.org/2000/svg";
const words = document.body.dataset;
const japanese = document.documentElement.lang === "ja" ? 1 : 0;
const by = id => document.getElementById(id);
const data = window.shomei;
if (!data) { by("note").textContent = words.missing; return; }

const state = { v: "", c: "", p: 0 };
let found = [], cards = [], chosen = -1, turn = 0;

function read() {
  const asked = new URLSearchParams(location.hash.slice(1));
  state.v = asked.get("v") || "";
  state.c = asked.get("c") || "";
  state.p = Math.max(0, parseInt(asked.get("p"), 10) - 1 || 0);
}

function write() {
  const kept = new URLSearchParams();
  if (state.v) kept.set("v", state.v);
  if (state.c) kept.set("c", state.c);
  if (state.p) kept.set("p", state.p + 1);
  const hash = "#" + kept;
  if (location.hash !== hash && (hash !== "#" || location.hash)) location.hash = hash;
  else show();
}

function filter() {
  const code = data.codes.findIndex(known => known[0] === state.c);
  const wanted = data.kinds.map(([verdict, codes, gone]) =>
    (!state.v || verdict === state.v) &&
    (!state.c || (state.c === "gone" ? gone : codes.includes(code))));
  found = [];
  data.photos.forEach((kind, at) => { if (wanted[kind]) found.push(at); });
}

const loading = new Map();
function chunk(number) {
  if (!loading.has(number)) {
    loading.set(number, new Promise(done => {
      const script = document.createElement("script");
      script.src = "data/" + String(number).padStart(5, "0") + ".js";
      script.onload = script.onerror = () => { script.remove(); done(); };
      document.head.append(script);
    }));
  }
  return loading.get(number);
}

const photo = at => (data.chunks[Math.floor(at / data.chunk)] || [])[at % data.chunk];

async function show() {
  const mine = ++turn;
  read();
  by("verdict").value = state.v;
  by("reason").value = state.c;
  by("other").hash = location.hash;
  filter();
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  state.p = Math.min(state.p, pages - 1);
  const from = state.p * PAGE;
  const page = found.slice(from, from + PAGE);
  by("place").textContent = page.length
    ? `${(from + 1).toLocaleString()}–${(from + page.length).toLocaleString()} ${words.of} ${found.length.toLocaleString()}` : "";
  by("previous").disabled = state.p === 0;
  by("next").disabled = state.p >= pages - 1;
  by("note").textContent = page.length ? words.loading : words.none;
  await Promise.all([...new Set(page.map(at => Math.floor(at / data.chunk)))].map(chunk));
  if (mine !== turn) return;
  const shown = page.map(photo);
  by("note").textContent = shown.every(Boolean) ? (page.length ? "" : words.none) : words.missing;
  cards = shown.filter(Boolean).map(card);
  by("cards").replaceChildren(...cards);
  chosen = -1;
  document.body.dataset.ready = "yes";
}

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function drawn(name, kind, attributes) {
  const made = document.createElementNS(SVG, name);
  made.setAttribute("class", kind);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const box = (kind, [x, y, width, height]) => drawn("rect", kind, { x, y, width, height });

// The picture, if there is one, with the measurements drawn over it.
function picture(of) {
  const frame = element("div", undefined, "frame");
  if (!of.w || !of.h) {
    frame.append(element("span", of.gone ? words.gone : words.empty, "none"));
    return frame;
  }
  const svg = drawn("svg", "photo", { viewBox: `0 0 ${of.w} ${of.h}` });
  if (of.p) {
    const href = "thumbs/" + String(Math.floor(of.n / 1000)).padStart(4, "0") + "/" + String(of.n).padStart(7, "0") + ".jpg";
    svg.append(drawn("image", "", { href, width: of.w, height: of.h, preserveAspectRatio: "none" }));
  } else {
    svg.append(box("ground", [0, 0, of.w, of.h]));
  }
  const over = drawn("g", "over", {});
  if (of.trim) over.append(box("trim", of.trim));
  if (of.head.length) over.append(drawn("polygon", "head", { points: of.head.join(" ") }));
  if (of.face) over.append(box("face", of.face));
  of.behind.forEach(at => over.append(box("behind", at)));
  of.cuts.forEach(at => over.append(box("reject cut", at)));
  [...of.f].reverse().forEach(finding => { if (finding.r) over.append(box(finding.o, finding.r)); });
  svg.append(over);
  frame.append(svg);
  if (of.gone) frame.append(element("span", words.gone, "none"));
  return frame;
}

function reasons(of, whole) {
  const list = element("ul");
  for (const finding of of.f) {
    const about = data.codes[finding.c] || ["?", "?", "?", "", ""];
    const item = element("li");
    item.append(element("span", words[finding.o] || finding.o, finding.o), " ");
    item.append(element("b", about[japanese ? 1 : 2]));
    if (whole) {
      item.append(element("code", " " + about[0]));
      item.append(element("div", finding.t[japanese ? 0 : 1]));
      item.append(element("div", words.advice + ": " + about[japanese ? 3 : 4], "dim"));
    } else if (finding === of.f[0]) {
      item.append(element("div", finding.t[japanese ? 0 : 1], "dim"));
    }
    list.append(item);
  }
  if (whole) of.notes.forEach(note => list.append(element("li", note[japanese ? 0 : 1], "dim")));
  return list;
}

function card(of, at) {
  const made = element("div", undefined, "card " + of.v);
  made.tabIndex = 0;
  made.append(picture(of), element("div", words[of.v] || of.v, of.v), element("code", of.id), reasons(of, false));
  made.addEventListener("focus", () => { chosen = at; });
  made.addEventListener("click", () => { made.focus(); enlarge(); });
  made.of = of;
  return made;
}

function enlarge() {
  const of = cards[chosen] && cards[chosen].of;
  if (!of) return;
  by("shown").replaceChildren(picture(of), element("div", words[of.v] || of.v, of.v), element("code", of.id), reasons(of, true));
  if (!by("large").open) by("large").showModal();
}

function move(step) {
  const open = by("large").open;
  const next = Math.min(Math.max(chosen + step, 0), cards.length - 1);
  if (!cards[next]) return;
  chosen = next;
  cards[next].focus();
  cards[next].scrollIntoView({ block: "nearest" });
  if (open) enlarge();
}

function page(step) {
  const last = Math.ceil(found.length / PAGE) - 1;
  const next = Math.min(Math.max(state.p + step, 0), Math.max(last, 0));
  if (next === state.p) return;
  by("large").close();
  state.p = next;
  write();
  scrollTo(0, 0);
}

function verdict(name) { state.v = name; state.p = 0; write(); }

function overlays(on) {
  by("overlays").checked = on;
  document.body.classList.toggle("plain", !on);
}

by("verdict").addEventListener("change", event => verdict(event.target.value));
by("reason").addEventListener("change", event => { state.c = event.target.value; state.p = 0; write(); });
by("overlays").addEventListener("change", event => overlays(event.target.checked));
by("previous").addEventListener("click", () => page(-1));
by("next").addEventListener("click", () => page(1));
addEventListener("hashchange", show);
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
  const act = {
    ArrowRight: () => move(1), j: () => move(1), ArrowLeft: () => move(-1), k: () => move(-1),
    Enter: enlarge, n: () => page(1), p: () => page(-1),
    o: () => overlays(!by("overlays").checked),
    0: () => verdict(""), 1: () => verdict("reject"), 2: () => verdict("refer"), 3: () => verdict("accept"),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (event.key === "Enter" && ["BUTTON", "A"].includes(event.target.tagName))) return;
  event.preventDefault();
  act();
});
show();
})();
