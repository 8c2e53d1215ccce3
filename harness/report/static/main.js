// The page at work: one function shows the state that the fragment names; everything else only changes the fragment.
import { announce, copy, number, said } from "./dom.js";
import { load } from "./data.js";
import { causesView } from "./causes.js";
import { cellView } from "./cell.js";
import { cellsView } from "./cells.js";
import { compareView } from "./compare.js";
import { layOver } from "./earlier.js";
import { csv, download, fileName, markdown } from "./export.js";
import { countVerdicts, matching, prepare } from "./filter.js";
import { overviewView } from "./overview.js";
import { pairView } from "./pair.js";
import { missing } from "./parts.js";
import { FILTERS, filtered, href, parse } from "./route.js";
import { sumButtons } from "./sums.js";
import { runtimesView } from "./runtimes.js";
import { variantView } from "./variant.js";

// A new view is one entry here and, if it is to stand in the navigation, one link in the template.
const VIEWS = {
  overview: overviewView,
  variant: variantView,
  pair: pairView,
  causes: causesView,
  cells: cellsView,
  cell: cellView,
  compare: compareView,
  runtimes: runtimesView,
};
const FILTERED = ["overview", "variant", "pair", "causes", "cells", "compare"];
const controls = document.querySelector("form.controls");
const page = { data: null, views: {}, state: null, shown: null, turn: 0, focus: false };

/** Show what the fragment says. A view that has meanwhile been left does not come back late. */
async function show() {
  const turn = ++page.turn;
  const before = page.state;
  const state = parse(location.hash);
  const built = Object.hasOwn(VIEWS, state.view);
  page.state = state;
  const overview = state.view === "overview";
  const host = overview ? null : document.createElement("div");
  const view = built ? (page.views[state.view] ??= VIEWS[state.view](page.data)) : null;
  const shown = view ? await view.render(state, host) : missing(host, "view", state.view);
  if (turn !== page.turn) return;
  if (!overview) place(host);
  document.getElementById("overview").hidden = !overview;
  document.getElementById("view").hidden = overview;
  page.shown = shown;
  frame(state, Boolean(view?.filters));
  document.title = overview && !filtered(state.filters) ? "Crossload" : `${shown.title} - Crossload`;
  const moved = before && (before.view !== state.view || before.segments.join() !== state.segments.join());
  if (moved) arrive();
  document.documentElement.dataset.ready = String(turn);
}

function place(host) {
  const view = document.getElementById("view");
  host.className = "view";
  view.replaceChildren(host);
}

/** After a move to another view: to its top and its heading, or back to where the reader was before. */
function arrive() {
  const heading = document.querySelector("#overview:not([hidden]) h1, #view:not([hidden]) h1");
  const back = history.state?.y;
  heading?.focus({ preventScroll: true });
  scrollTo(0, back ?? 0);
  if (heading) announce(heading.textContent);
}

/** The frame around a view: navigation, legend, controls, number of matches. */
function frame(state, filters) {
  for (const link of document.querySelectorAll("[data-nav]")) {
    const here = link.dataset.nav === state.view;
    here ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    if (FILTERED.includes(link.dataset.nav)) link.setAttribute("href", href(link.dataset.nav, [], state.filters));
  }
  document.getElementById("filters").hidden = !filters;
  if (!filters) return;
  for (const part of document.querySelectorAll("[data-needs]")) part.hidden = !shownWith(part.dataset.needs);
  for (const name of FILTERS) {
    const control = controls.elements[name];
    if (control !== document.activeElement || name !== "q") control.value = state.filters[name];
  }
  const cells = matching(page.data, state.filters);
  const counts = countVerdicts(page.data, matching(page.data, { ...state.filters, verdict: [] }));
  for (const chip of document.querySelectorAll("[data-verdict]")) legend(chip, state, counts);
  const any = filtered(state.filters);
  document.getElementById("found").textContent = any ? `${number(cells.length)} of ${number(page.data.count)} cells` : `all ${number(page.data.count)} cells`;
  const clear = document.getElementById("clear");
  clear.hidden = !any;
  clear.setAttribute("href", href(state.view, state.segments, { sum: state.filters.sum }));
}

/** Whether there is anything for a control to choose: causes, or an earlier run. */
function shownWith(need) {
  return need === "causes" ? page.data.causes.length > 0 : page.data.moves !== null;
}

function legend(chip, state, counts) {
  const { verdict } = chip.dataset;
  const on = state.filters.verdict.includes(verdict);
  const next = on ? state.filters.verdict.filter((name) => name !== verdict) : [...state.filters.verdict, verdict];
  chip.setAttribute("href", href(state.view, state.segments, { ...state.filters, verdict: next }));
  on ? chip.setAttribute("aria-current", "true") : chip.removeAttribute("aria-current");
  chip.querySelector("b").textContent = number(counts[page.data.verdictAt.get(verdict)]);
}

/** Take the controls' values into the fragment; typing replaces the entry in the history, choosing adds one. */
function changed(event) {
  const filters = { ...page.state.filters };
  for (const name of FILTERS) filters[name] = controls.elements[name].value;
  const next = href(page.state.view, page.state.segments, filters);
  if (event.target.name !== "q") location.hash = next;
  else {
    history.replaceState(history.state, "", next);
    show();
  }
}

function options() {
  const { data } = page;
  const fill = (name, values) => {
    for (const [value, text] of values) controls.elements[name].append(new Option(text, value));
  };
  const runtimes = data.runtimes.map((item) => [item.id, item.id]);
  for (const name of ["runtime", "save", "load"]) fill(name, runtimes);
  fill("scenario", data.scenarios.map((item) => [item.name, item.short]));
  const named = new Set(data.cells.cause);
  for (const [kind, title] of data.kinds) {
    const mine = data.causes.filter((cause, place) => cause.kind === kind && named.has(place));
    if (!mine.length) continue;
    const group = Object.assign(document.createElement("optgroup"), { label: title });
    group.append(new Option(`any: ${title.toLowerCase()}`, `kind:${kind}`), ...mine.map((cause) => new Option(cause.title, cause.id)));
    controls.elements.cause.append(group);
  }
  fill("format", [...new Set(data.variants.map((item) => item.format))].map((name) => [name, name]));
}

async function exportView(button) {
  const kind = button.dataset.export;
  const view = page.shown.table();
  if (kind === "csv") download(fileName(view.title, "csv"), "text/csv", csv(view));
  else if (kind === "md") download(fileName(view.title, "md"), "text/markdown", markdown(view));
  else {
    await copy(markdown(view));
    said(button, "Copied", "Copy Markdown");
  }
}

function theme() {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const tell = () => (button.textContent = `Theme: ${root.dataset.theme}`);
  button.addEventListener("click", () => {
    const order = ["auto", "light", "dark"];
    root.dataset.theme = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
    try {
      localStorage.setItem("crossload-theme", root.dataset.theme);
    } catch {
      // Kept for this page only.
    }
    tell();
  });
  tell();
}

/** Links that stay on the page without touching the fragment, which belongs to the views. */
function jumps() {
  document.querySelector("[data-skip]").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  for (const link of document.querySelectorAll("[data-jump]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const target = document.getElementById(link.dataset.jump);
      target.scrollIntoView();
      target.querySelector("h2").focus({ preventScroll: true });
    });
  }
}

/** Remember where the reader was in each entry of the history. */
function remember() {
  history.scrollRestoration = "manual";
  let waiting = 0;
  addEventListener("scroll", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => history.replaceState({ y: scrollY }, ""), 120);
  });
}

async function start() {
  theme();
  jumps();
  if (matchMedia("(max-width: 720px)").matches) document.querySelector(".more").open = false;
  page.data = await load();
  if (page.data.before) layOver(page.data, page.data.before);
  options();
  controls.addEventListener("input", changed);
  controls.addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("[data-export]")) button.addEventListener("click", () => exportView(button));
  sumButtons(() => page.state);
  addEventListener("hashchange", show);
  remember();
  await show();
  requestIdleCallback(() => prepare(page.data));
}

start().catch((error) => {
  const text = `This browser could not show the interactive report (${error.message}). The overview on this page is complete.`;
  document.getElementById("main").prepend(Object.assign(document.createElement("p"), { className: "error", textContent: text }));
});
