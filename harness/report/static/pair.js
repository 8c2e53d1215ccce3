// From one runtime to another: which formats survive the move, and every variant's verdict.
import { el, plural, scroll, table } from "./dom.js";
import { countBy, countVerdicts, inWords, matching, sumUp } from "./filter.js";
import { bar, mark } from "./matrix.js";
import { cellList, exportedCells, loudestFirst } from "./cells.js";
import { href } from "./route.js";
import { crumbs, missing, section } from "./parts.js";
import { sumLine, summed } from "./sums.js";

/** The view. */
export function pairView(data) {
  return {
    filters: true,
    render(state, host) {
      const [from, to] = state.segments;
      const [save, load] = [data.runtimeAt.get(from), data.runtimeAt.get(to)];
      if (save === undefined) return missing(host, "runtime", from);
      if (load === undefined) return missing(host, "runtime", to);
      const kept = { ...state.filters, runtime: "", save: from, load: to };
      const cells = loudestFirst(data, matching(data, kept));
      const title = from === to ? `${from}, saved and loaded` : `From ${from} to ${to}`;
      host.replaceChildren(
        crumbs([["Overview", href("overview", [], state.filters)]], title),
        el("h1", { tabindex: "-1" }, title),
        el("p", { class: "soft" }, inWords(data, countVerdicts(data, cells)), ". ", others(from, to, state.filters)),
        section("Versions", versions(data, save, load)),
        section("Which formats survive", sumLine(data, state), formats(data, summed(data, cells, state.filters))),
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
  return scroll("Versions of both sides", table("Versions of both sides", ["Package", data.runtimes[save].id, data.runtimes[load].id, ""].map(head), rows));
}

function head(name) {
  return { name: name || "Compared" };
}

function formats(data, cells) {
  const names = [...new Set(data.variants.map((item) => item.format))];
  const of = countBy(data, cells, names.length, (cell) => names.indexOf(data.variants[data.cells.variant[cell]].format));
  const sums = names.map((name, place) => ({ name, counts: of(place), ...sumUp(data, of(place)) })).filter((sum) => sum.total);
  if (!sums.length) return el("p", { class: "soft" }, "No cell matches these filters.");
  const share = (sum) => (sum.asked ? sum.good / sum.asked : -1);
  sums.sort((a, b) => share(b) - share(a) || b.asked - a.asked);
  const rows = sums.map((sum) => [
    sum.name,
    mark(data, sum.worst),
    sum.asked ? `${sum.good}/${sum.asked}` : "–",
    bar(data, [...sum.counts]),
    inWords(data, sum.counts),
  ]);
  const columns = [{ name: "Format", class: "nowrap" }, { name: "Worst", class: "nowrap" }, { name: "Identical", class: "num" }, { name: "Share", class: "share" }, "Verdicts"];
  const best = sums[0].good && sums[0].asked ? `Best for this move: ${sums[0].name}, ${sums[0].good} of ${plural(sums[0].asked, "cell")} identical.` : "No format survives this move.";
  return [el("p", {}, best), scroll("Formats", table("Formats by their share of identical cells", columns, rows))];
}
