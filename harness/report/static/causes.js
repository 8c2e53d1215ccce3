// Why cells go wrong: all causes by kind, the six classic ones first, and each with its cells, messages and remedies.
import { el, number, plural, scroll, table } from "./dom.js";
import { countBy, countVerdicts, inWords, level, matching, sumUp } from "./filter.js";
import { bar, blankMatrix, grid } from "./matrix.js";
import { cellList, exportedCells, loudestFirst, reasonList } from "./cells.js";
import { remedyList } from "./remedies.js";
import { crumbs, missing, section } from "./parts.js";
import { href } from "./route.js";

const CLASSIC = 6;

/** The view: the list, or one cause. */
export function causesView(data) {
  return {
    filters: true,
    async render(state, host) {
      const [id] = state.segments;
      if (!id) return list(data, state, host);
      const place = data.causeAt.get(id);
      return place === undefined ? missing(host, "cause", id) : one(data, place, state, host, await data.detail());
    },
  };
}

function list(data, state, host) {
  const cells = matching(data, state.filters).filter((cell) => data.cells.cause[cell] >= 0);
  const of = countBy(data, cells, data.causes.length, (cell) => data.cells.cause[cell]);
  const helped = new Int32Array(data.causes.length);
  for (const cell of cells) if (data.cells.remedy[cell] >= 0) helped[data.cells.cause[cell]]++;
  const sums = data.causes.map((cause, place) => ({ ...cause, counts: of(place), helped: helped[place], ...sumUp(data, of(place)) }));
  const kinds = data.kinds.map(([id, title], at) => ({ title, classic: at < CLASSIC, mine: sums.filter((sum) => sum.kind === id && sum.total).sort((a, b) => b.total - a.total) }));
  const shown = kinds.filter(({ mine, classic }) => mine.length || (classic && data.causes.length));
  host.replaceChildren(
    el("h1", { tabindex: "-1" }, "Why it goes wrong"),
    el("p", { class: "soft" }, data.causes.length ? lead(cells, helped) : "This document names no causes: it was made before there was a catalogue of them."),
    ...shown.map(({ title, mine, classic }) => kindOf(data, title, mine, classic, state.filters)),
    culprits(data, cells),
    unknown(data, cells),
  );
  const columns = ["kind", "cause", "title", "cells", "with a verified remedy", ...data.labels.map((label) => label.verdict)];
  const rows = kinds.flatMap(({ title, mine }) => mine.map((sum) => [title, sum.id, sum.title, sum.total, sum.helped, ...sum.counts]));
  return { title: "Causes", table: () => ({ title: "Causes", columns, rows }) };
}

function lead(cells, helped) {
  const remedied = helped.reduce((sum, count) => sum + count, 0);
  return `${plural(cells.length, "cell")} that failed or came back different, by the root cause that their evidence names; ${number(remedied)} of them have a remedy that was seen to help. The six classic causes come first.`;
}

function kindOf(data, title, mine, classic, filters) {
  const total = mine.reduce((sum, cause) => sum + cause.total, 0);
  const head = el("h2", {}, title, " ", el("span", { class: "soft count" }, plural(total, "cell")), classic && [" ", el("span", { class: "tag" }, "classic")]);
  if (!mine.length) return el("section", {}, head, el("p", { class: "soft" }, "No cell of this run that the filters leave."));
  const rows = mine.map((cause) => [
    el("a", { href: href("causes", [cause.id], { ...filters, cause: "" }) }, cause.title),
    number(cause.total),
    cause.helped ? `${number(cause.helped)} (${Math.round((100 * cause.helped) / cause.total)}%)` : "–",
    bar(data, [...cause.counts]),
    inWords(data, cause.counts),
  ]);
  const columns = [{ name: "Cause", class: "cause" }, { name: "Cells", class: "num" }, { name: "With a remedy", class: "num" }, { name: "Share", class: "share" }, { name: "Verdicts", class: "prose" }];
  return el("section", {}, head, scroll(title, table(`${title}: causes with their cells`, columns, rows, { class: "list even" })));
}

/** What experiments found where no signature knows the cause, by kind, class and argument. */
function culprits(data, cells) {
  const of = countBy(data, cells.filter((cell) => data.cells.culprit[cell] >= 0), data.culprits.length, (cell) => data.cells.culprit[cell]);
  const found = data.culprits.map((culprit, place) => ({ ...culprit, ...sumUp(data, of(place)) })).filter((culprit) => culprit.total);
  if (!found.length) return "";
  const rows = found.map((culprit) => [culprit.kind, culprit.class || culprit.part, culprit.argument || "–", number(culprit.total), culprit.said]);
  const columns = ["Verdict", "Class", "Argument", { name: "Cells", class: "num" }, { name: "For example", class: "prose" }];
  return section("What experiments located", scroll("Culprits that experiments located", table("Culprits that experiments located, by verdict, class and argument", columns, rows, { class: "list even" })));
}

/** What no signature knows, with what it said: each message is the start of a signature. */
function unknown(data, cells) {
  const place = data.causeAt.get("unknown");
  if (place === undefined) return "";
  const mine = loudestFirst(data, cells.filter((cell) => data.cells.cause[cell] === place));
  return mine.length ? section("What the unknown ones said", reasonList(data, mine, "Messages that no signature knows")) : "";
}

function one(data, place, state, host, detail) {
  const cause = data.causes[place];
  const told = detail.cause(cause.id);
  const cells = loudestFirst(data, matching(data, { ...state.filters, cause: cause.id }));
  const kind = data.kinds.find(([id]) => id === cause.kind)?.[1] ?? cause.kind;
  const sum = inWords(data, countVerdicts(data, cells));
  host.replaceChildren(
    crumbs([["Causes", href("causes", [], { ...state.filters, cause: "" })]], cause.id),
    el("h1", { tabindex: "-1" }, cause.title),
    el("p", { class: "soft" }, el("span", { class: "tag" }, kind), ` ${plural(cells.length, "cell")}: ${sum}. `, el("a", { href: href("cells", [], { ...state.filters, cause: cause.id }) }, "As a list to filter")),
    ...told.explanation.split(/\n\s*\n/).map((part) => el("p", { class: "prose" }, part)),
    references(told.references),
    section("What helps", remedyList(data, detail, cells, told.remedies)),
    section("What it says", reasonList(data, cells, `Verdicts and reasons of ${cause.id}`)),
    cells.length ? section("Where it strikes", strikes(data, cells, state.filters, cause.id)) : "",
    section("Its cells", cellList(data, cells, `Cells of ${cause.id}`)),
  );
  return { title: cause.title, table: () => exportedCells(data, cells, cause.title) };
}

/** Where more is told of a cause; a link only where it is one to the web, since a reference is text like any other. */
export function references(urls) {
  const link = (url) => (/^https?:\/\//.test(url) ? el("a", { href: url, rel: "noreferrer" }, url) : el("code", {}, url));
  return urls.length ? el("ul", { class: "plain-list" }, urls.map((url) => el("li", {}, link(url)))) : "";
}

/** The cause's cells between runtimes, in those rows and columns where there are any. */
function strikes(data, cells, filters, cause) {
  const wide = data.runtimes.length;
  const of = countBy(data, cells, wide * wide, (cell) => data.cells.save[cell] * wide + data.cells.load[cell]);
  const matrix = blankMatrix("Cells of this cause, by saving runtime (rows) and loading runtime (columns)");
  const squares = grid(matrix);
  const [saves, loads] = ["save", "load"].map((side) => new Set(cells.map((cell) => data.cells[side][cell])));
  squares.fill((save, load) => {
    const counts = of(save * wide + load);
    const sum = sumUp(data, counts);
    const [from, to] = [data.runtimes[save].id, data.runtimes[load].id];
    const plain = { key: "cause", small: "", link: () => href("cells", [], { ...filters, cause, save: from, load: to }), label: () => `Saved in ${from}, loaded in ${to}: ${inWords(data, counts)}` };
    if (sum.worst < 0) return { ...plain, verdict: "", big: "" };
    const { verdict, sign } = data.labels[sum.worst];
    return { ...plain, verdict, level: level(sum.loud / sum.total), big: `${sign} ${sum.loud}` };
  });
  squares.among((save) => saves.has(save), (load) => loads.has(load));
  return scroll("Where it strikes", matrix);
}
