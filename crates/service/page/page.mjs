// The applicant's page. Nothing is stored: the photo and its answers live until the next one.
import { draw, light } from "./overlay.mjs";
import { WORDS } from "./words.mjs";

const MAX_BYTES = 16 * 1024 * 1024;
const TRIES = 5;
const PATIENCE_MS = 120_000;
const LANGS = ["ja", "en"];
const VERDICTS = ["accept", "refer", "reject"];
const AGAIN = ["offline", "slow", "busy", "down"]; // The errors for which the same photo may be sent again.
const SYMBOLS = {
  checking: "M12 3a9 9 0 1 1-9 9",
  accept: "M12 3a9 9 0 1 0 .01 0M8 12.5l3 3 5.5-6.5",
  refer: "M12 3a9 9 0 1 0 .01 0M12 7.5v.01M12 11v6",
  reject: "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4",
  error: "M12 3.5L22 20.5H2zM12 10v5M12 17.5v.01",
};

const by = id => document.getElementById(id);
let lang = LANGS.find(known => known === new URLSearchParams(location.search).get("lang"))
  ?? (/^ja\b/i.test(navigator.language) ? "ja" : "en");
let photo = null; // { bytes, name, url, shown, answers: { ja, en } }; shown once the browser has decoded it.
let outcome = { kind: "none" }; // none, checking, review, error
let running = null; // The AbortController of the question that is on its way.
let pinned = 0; // The finding that was chosen to be shown.

function word(key, values = {}) {
  return WORDS[key][LANGS.indexOf(lang)].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function element(name, kind, ...children) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
}

// ---- What is shown

function render() {
  document.documentElement.lang = lang;
  document.title = word("title");
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = word(each.dataset.word);
  for (const button of by("langs").children) button.setAttribute("aria-pressed", button.value === lang);

  const review = answered();
  const kind = review ? review.verdict : outcome.kind;
  by("result").hidden = kind === "none";
  if (kind === "none") return;
  by("result").dataset.verdict = kind;
  by("result").setAttribute("aria-busy", kind === "checking");
  by("symbol").setAttribute("d", SYMBOLS[kind]);
  by("verdict").textContent = word(kind);
  by("next").textContent = outcome.kind === "error" ? word(`error_${outcome.cause}`)
    : outcome.waiting ? word("waiting", outcome.waiting)
    : word(`${kind}_next`);
  by("notes").textContent = (review?.notes ?? []).map(note => note.text).join(" ");
  by("notes").hidden = !by("notes").textContent;
  by("enquiry").hidden = !outcome.id;
  by("enquiry").textContent = outcome.id ? word("enquiry", outcome) : "";
  by("retry").hidden = !(photo && AGAIN.includes(outcome.cause));
  picture();
  list(review);
}

const answered = () => outcome.kind === "review" ? photo.answers[lang] : null;

function picture() {
  const review = answered();
  // Not all that is sent is a picture; what it is instead is among what was found.
  by("picture").hidden = !photo?.shown;
  by("result").classList.toggle("alone", !photo?.shown);
  if (!photo?.shown) return;
  by("photo").alt = `${word("photo")} (${photo.name})`;
  const drawn = review !== null && draw(by("overlay"), review);
  if (!drawn) by("overlay").replaceChildren();
  by("legend").hidden = !(drawn && review.face);
  by("legend-head").hidden = !by("overlay").querySelector(".head");
  by("legend-trim").hidden = !by("overlay").querySelector(".trim");
  by("legend-numbers").hidden = !review?.findings.some(finding => finding.region);
}

function list(review) {
  by("found").hidden = !review;
  if (!review) return;
  const count = review.findings.length;
  by("found").dataset.count = count;
  by("exceptions").hidden = !review.file.width;
  by("found-title").textContent = word("found_title", { count });
  by("findings").replaceChildren(...review.findings.map(row));
  point(pinned);
}

function row(finding, at) {
  const number = at + 1;
  const item = element("li", finding.outcome);
  item.dataset.finding = number;
  const badge = element(finding.region ? "button" : "span", "badge", String(number));
  if (finding.region) {
    badge.type = "button";
    badge.setAttribute("aria-label", word("show", { number }));
    badge.addEventListener("click", () => {
      point(pinned === number ? 0 : number);
      if (pinned) by("frame").scrollIntoView({ block: "nearest" });
    });
    badge.addEventListener("focus", () => light(by("overlay"), number));
    badge.addEventListener("blur", () => light(by("overlay"), pinned));
    item.addEventListener("mouseenter", () => light(by("overlay"), number));
    item.addEventListener("mouseleave", () => light(by("overlay"), pinned));
  } else {
    badge.setAttribute("aria-hidden", "true");
  }
  item.append(badge, element("div", "",
    element("p", "text", element("b", "", finding.text), " ", element("span", "tag", word(`outcome_${finding.outcome}`))),
    element("p", "advice", element("span", "dim", word("advice")), finding.advice)));
  return item;
}

function point(number) {
  pinned = number;
  light(by("overlay"), number);
  for (const badge of by("findings").querySelectorAll("button")) {
    badge.setAttribute("aria-pressed", Number(badge.closest("li").dataset.finding) === number);
  }
}

function show(next, focus = false) {
  outcome = next;
  render();
  // Focus reads the heading out; without it the status does.
  by("status").textContent = focus ? "" : [by("verdict"), by("next")].map(each => each.textContent).join("\n");
  if (focus) by("verdict").focus();
}

// ---- Asking the service

async function take(file) {
  if (!file) return;
  running?.abort();
  running = null;
  if (photo) URL.revokeObjectURL(photo.url);
  by("photo").removeAttribute("src");
  photo = null;
  pinned = 0;
  const mine = running = new AbortController();
  if (file.size > MAX_BYTES) return show({ kind: "error", cause: "too_large" }, true);
  show({ kind: "checking" });
  let bytes = null;
  try {
    // Read once: a file of a phone's gallery may be gone at the second try.
    bytes = await file.arrayBuffer();
  } catch {
    // Told below.
  }
  if (mine !== running) return;
  if (!bytes?.byteLength) return show({ kind: "error", cause: "unreadable" }, true);
  photo = { bytes, name: file.name, url: URL.createObjectURL(file), shown: false, answers: {} };
  by("photo").src = photo.url;
  ask(true);
}

// Shows the answer, and brings the reader to it if it is to a new photo.
async function ask(focus) {
  running?.abort();
  const mine = running = new AbortController();
  const [asked, of] = [lang, photo];
  show({ kind: "checking" });
  let late = false;
  const timer = setTimeout(() => { late = true; mine.abort(); }, PATIENCE_MS);
  const found = await answer(of.bytes, asked, mine.signal).catch(() => ({ kind: "error", cause: late ? "slow" : "offline" }));
  clearTimeout(timer);
  // A newer photo or language has taken over.
  if (mine !== running) return;
  if (found.kind === "review") of.answers[asked] = found.review;
  show(found, focus);
}

async function answer(bytes, asked, signal) {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`v1/reviews?lang=${asked}`, {
      method: "POST", body: bytes, signal, cache: "no-store",
      headers: { "Content-Type": "application/octet-stream", Accept: "application/json, application/problem+json" },
    });
    const body = await response.json().catch(() => null);
    if (signal.aborted) throw signal.reason;
    if (response.ok && VERDICTS.includes(body?.verdict)) return { kind: "review", review: body };
    if (response.status !== 429 || attempt === TRIES) {
      return { kind: "error", cause: cause(response.status, body?.code), id: body?.request_id };
    }
    const seconds = Math.min(Math.max(Math.ceil(Number(response.headers.get("Retry-After"))) || 2, 1), 15);
    show({ kind: "checking", waiting: { seconds, attempt: attempt + 1, tries: TRIES } });
    await pause(seconds * 1000, signal);
  }
}

function cause(status, code) {
  if (status === 413) return "too_large";
  if (status === 429) return "busy";
  if (status === 408 || code === "deadline") return "slow";
  return status >= 400 && status < 500 ? "refused" : "down";
}

function pause(ms, signal) {
  return new Promise((done, stop) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); stop(signal); });
  });
}

// ---- What the applicant does

for (const input of [by("file"), by("camera")]) {
  input.addEventListener("change", () => {
    const [file] = input.files;
    // The same file may be chosen again.
    take(file);
    input.value = "";
  });
}

by("another").addEventListener("click", () => by("file").click());
by("retry").addEventListener("click", () => ask(true));

by("photo").addEventListener("load", () => { if (photo) { photo.shown = true; picture(); } });

by("langs").addEventListener("click", event => {
  const chosen = event.target.value;
  if (!LANGS.includes(chosen) || chosen === lang) return;
  lang = chosen;
  const address = new URL(location.href);
  address.searchParams.set("lang", lang);
  history.replaceState(null, "", address);
  const asked = outcome.kind === "review" || outcome.kind === "checking";
  if (asked && photo && !photo.answers[lang]) ask(false);
  else if (asked && photo) { running?.abort(); running = null; show({ kind: "review" }); }
  else render();
});

const files = event => [...event.dataTransfer?.types ?? []].includes("Files");
document.addEventListener("dragover", event => {
  if (!files(event)) return;
  event.preventDefault();
  by("choose").classList.add("over");
});
document.addEventListener("dragleave", event => {
  if (!event.relatedTarget) by("choose").classList.remove("over");
});
document.addEventListener("drop", event => {
  if (!files(event)) return;
  event.preventDefault();
  by("choose").classList.remove("over");
  take(event.dataTransfer.files[0]);
});
document.addEventListener("paste", event => take(event.clipboardData?.files[0]));

render();
by("langs").hidden = false;
by("main").hidden = false;
