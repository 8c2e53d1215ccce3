// From one runtime to another: which format to use, what becomes of each kind of model, what goes wrong and what helps.
import { brief, el, number, plural, scroll, table } from "./dom.js";
import { countBy, countVerdicts, inWords, matching, sumUp } from "./filter.js";
import { bar, mark } from "./matrix.js";
import { cellList, exportedCells, loudestFirst } from "./cells.js";
import { remedyList, sufficient } from "./remedies.js";
import { href } from "./route.js";
import { causeLink, crumbs, missing, section } from "./parts.js";
import { sumLine, summed } from "./sums.js";

const GROUPS = [
  ["What differs in silence", ["changed"]],
  ["What breaks", ["crashed", "timed-out", "refused", "unsaved"]],
  ["What else is lost", ["incomplete"]],
];
const MOST = 3;

/** The view. */
export function pairView(data) {
  return {
    filters: true,
    async render(state, host) {
      const [from, to] = state.segments;
      const [save, load] = [data.runtimeAt.get(from), data.runtimeAt.get(to)];
      if (save === undefined) return missing(host, "runtime", from);
      if (load === undefined) return missing(host, "runtime", to);
      const kept = { ...state.filters, runtime: "", save: from, load: to };
      const cells = loudestFirst(data, matching(data, kept));
      const sound = summed(data, cells, state.filters);
      const detail = await data.detail();
      const title = from === to ? `${from}, saved and loaded` : `From ${from} to ${to}`;
      host.replaceChildren(
        crumbs([["Overview", href("overview", [], state.filters)]], title),
        el("h1", { tabindex: "-1" }, title),
        el("p", { class: "soft" }, inWords(data, countVerdicts(data, cells)), ". ", others(from, to, state.filters)),
        section("Which formats survive", sumLine(data, state), formats(data, sound, data.bestOf(save, load))),
        section("Which models survive", models(data, sound, data.bestOf(save, load))),
        ...GROUPS.map(([name, verdicts]) => troubles(data, name, cells, verdicts)),
        section("What helps", helps(data, detail, cells)),
        section("Versions", versions(data, save, load)),
        section("Every variant", cellList(data, cells, `Cells from ${from} to ${to}`, ["Saved in", "Loaded in"])),
      );
      return { title, table: () => exportedCells(data, cells, title) };
    },
  };
}

function others(from, to, filters) {
  if (from === to) return "";
  return [
    el("a", { href: href("pair", [to, from], filters) }, "The way back"),
    ", ",
    el("a", { href: href("pair", [from, from], filters) }, `${from} alone`),
    ", ",
    el("a", { href: href("pair", [to, to], filters) }, `${to} alone`),
  ];
}

/** The packages of both sides that anyone would ask about, the ones that differ first. */
function versions(data, save, load) {
  const [one, other] = [data.runtimes[save].versions, data.runtimes[load].versions];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  if (!names.length) return el("p", { class: "soft" }, "Neither side is known: see Runtimes.");
  const differ = (name) => one[name] !== other[name];
  names.sort((a, b) => Number(differ(b)) - Number(differ(a)));
  const rows = names.map((name) => [name, one[name] ?? "–", other[name] ?? "–", differ(name) ? "differs" : ""]);
  return scroll("Versions of both sides", table("Versions of both sides", ["Package", data.runtimes[save].id, data.runtimes[load].id, "Compared"], rows));
}

/** Formats with what becomes of their cells, as they are and with remedies; the advised one stands first. */
function formats(data, cells, best) {
  const names = [...new Set(data.variants.map((item) => item.format))];
  const formatOf = (cell) => names.indexOf(data.variants[data.cells.variant[cell]].format);
  const of = countBy(data, cells, names.length, formatOf);
  const sums = names.map((name, place) => ({ name, counts: of(place), ...sumUp(data, of(place)) })).filter((sum) => sum.total);
  if (!sums.length) return el("p", { class: "soft" }, "No cell matches these filters.");
  const share = (sum) => (sum.asked ? sum.good / sum.asked : -1);
  sums.sort((a, b) => (b.name === best) - (a.name === best) || share(b) - share(a) || b.asked - a.asked);
  const rows = sums.map((sum) => {
    const { helped, left } = sufficient(data, [...cells].filter((cell) => names[formatOf(cell)] === sum.name));
    return [
      [sum.name, sum.name === best && [" ", el("span", { class: "tag best" }, "best")]],
      mark(data, sum.worst),
      sum.asked ? `${sum.good}/${sum.asked}` : "–",
      helped ? `+ ${helped}` : "–",
      left ? String(left) : "–",
      bar(data, [...sum.counts]),
      inWords(data, sum.counts),
    ];
  });
  const columns = [
    { name: "Format", class: "nowrap" },
    { name: "Worst", class: "nowrap" },
    { name: "Identical", class: "num" },
    { name: "With a remedy", class: "num" },
    { name: "Left", class: "num" },
    { name: "Share", class: "share" },
    "Verdicts",
  ];
  return [el("p", {}, advice(sums, best)), scroll("Formats", table("Formats: identical of tested, made good by a verified remedy, and left", columns, rows))];
}

/** Advice weighs silent differences, losses and remedies over scenarios; where too little was tested, the share decides. */
function advice(sums, best) {
  const chosen = sums.find((sum) => sum.name === best);
  if (chosen) return [el("b", {}, `Best for this move: ${best}`), `, ${chosen.good} of ${plural(chosen.asked, "cell")} identical. Judged scenario by scenario: a silent difference weighs more than a refusal.`];
  if (!sums[0].good) return "No format survives this move.";
  return `Most identical cells: ${sums[0].name}, ${sums[0].good} of ${plural(sums[0].asked, "cell")}. Too few cells of this move were tested to advise a format.`;
}

/** Kinds of models by formats: identical of tested, and the worst verdict's sign. */
function models(data, cells, best) {
  const asked = [...cells].filter((cell) => !data.unasked.has(data.labels[data.cells.verdict[cell]].verdict));
  const names = [...new Set(asked.map((cell) => data.variants[data.cells.variant[cell]].format))];
  if (best) names.sort((a, b) => (b === best) - (a === best));
  if (!names.length) return el("p", { class: "soft" }, "Nothing could be tested.");
  const place = (cell) => data.scenarioOf(data.cells.variant[cell]).model * names.length + names.indexOf(data.variants[data.cells.variant[cell]].format);
  const of = countBy(data, asked, data.models.length * names.length, place);
  const rows = data.models.map((title, kind) => [title, ...names.map((_, at) => survived(data, sumUp(data, of(kind * names.length + at))))]);
  const shown = rows.filter((row) => row.slice(1).some((item) => item));
  const columns = [{ name: "Kind of model", class: "prose" }, ...names.map((name) => ({ name, class: "nowrap" }))];
  return scroll("Kinds of models", table("Kinds of models by format: the worst verdict, and identical of tested", columns, shown));
}

function survived(data, sum) {
  if (!sum.asked) return "";
  const { verdict, sign } = data.labels[sum.worst];
  return [el("span", { class: `mark v-${verdict} l3` }, el("span", { class: "sign", "aria-hidden": "true" }, sign), el("span", { class: "sr" }, `worst ${verdict}, identical `), ` ${sum.good}/${sum.asked}`)];
}

/** Cells of some verdicts, together by verdict and cause. */
function troubles(data, name, cells, verdicts) {
  const groups = new Map();
  for (const cell of cells) {
    if (!verdicts.includes(data.labels[data.cells.verdict[cell]].verdict)) continue;
    const key = `${data.cells.verdict[cell]} ${data.causes.length ? data.cells.cause[cell] : data.reason(cell)}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(cell);
  }
  if (!groups.size) return "";
  const rows = [...groups.values()].sort((a, b) => data.cells.verdict[a[0]] - data.cells.verdict[b[0]] || b.length - a.length).map((group) => [
    mark(data, data.cells.verdict[group[0]]),
    causeLink(data, group[0]) ?? brief(data.reason(group[0])),
    number(group.length),
    some(group.map((cell) => data.variants[data.cells.variant[cell]].format)),
    some(group.map((cell) => data.scenarioOf(data.cells.variant[cell]).short)),
    remedies(data, group),
  ]);
  const columns = [{ name: "Verdict", class: "nowrap" }, { name: "Why", class: "prose" }, { name: "Cells", class: "num" }, { name: "Formats", class: "prose" }, { name: "Scenarios", class: "prose" }, { name: "Verified remedy", class: "prose" }];
  return section(name, scroll(name, table(`${name}: cells by verdict and cause`, columns, rows)));
}

/** The remedies that come first in some cells: the shortest that was verified in each. */
function remedies(data, cells) {
  const counts = new Map();
  for (const cell of cells) {
    const remedy = data.remedyOf(cell);
    if (remedy) counts.set(remedy.title, (counts.get(remedy.title) ?? 0) + 1);
  }
  const told = [...counts].sort((a, b) => b[1] - a[1]).map(([title, count]) => el("li", {}, el("span", { "aria-hidden": "true" }, "✓ "), title, count < cells.length && el("span", { class: "soft" }, ` in ${count}`)));
  return told.length ? el("ul", { class: "plain-list" }, told) : "none";
}

function some(names) {
  const all = [...new Set(names)];
  return all.slice(0, MOST).join(", ") + (all.length > MOST ? ` and ${all.length - MOST} more` : "");
}

/** What suffices: how far one comes without and with remedies, and each remedy with its code. */
function helps(data, detail, cells) {
  const { asked, good, helped, left } = sufficient(data, cells);
  const rest = left ? `for ${plural(left, "cell")} no remedy is verified` : "nothing is left";
  const told = `Of ${plural(asked, "cell")}, ${number(good)} are identical as they are; verified remedies suffice for ${number(helped)} more; ${rest}.`;
  return [el("p", {}, told), good < asked && remedyList(data, detail, cells)];
}
