// The overview: what the page was delivered with, kept, and brought up to date with the filters.
import { el, line, plural } from "./dom.js";
import { countBy, inWords, level, matching, sumUp } from "./filter.js";
import { afterFrame, bar, grid, inSight, mark } from "./matrix.js";
import { kindTag } from "./parts.js";
import { filtered, href, parse, queryString } from "./route.js";
import { showSum, summed, titled } from "./sums.js";

const FIRST_VARIANTS = 60;
const VARIANT_COLUMNS = [
  { name: "Scenario", class: "prose" },
  { name: "Format", class: "nowrap" },
  { name: "Parameters", class: "prose" },
  { name: "Worst", class: "nowrap" },
  { name: "Identical", class: "num" },
  { name: "Share", class: "share" },
];

/** The view; it lives in the page's own section rather than being built. */
export function overviewView(data) {
  const matrix = document.getElementById("summed");
  const squares = grid(matrix, document.getElementById("readout"));
  const roomy = matrix.classList.contains("roomy");
  const findings = [...document.querySelectorAll("[data-finding]")].map((item) => {
    const link = item.querySelector("[data-cells]");
    return { item, link, count: item.querySelector(".n"), own: parse(link.getAttribute("href")).filters };
  });
  const large = document.getElementById("overview").classList.contains("large");
  let turn = 0;
  let untouched = true;
  const parts = ["findings", "variants"].map((name) => document.querySelector(`.panel-${name}`));
  /** Of a large report the parts that are out of sight follow a moment after what the reader looks at. */
  const inTurn = (...acts) => {
    const mine = turn;
    const seen = parts.map((part) => !large || inSight(part, "top", "bottom", innerHeight));
    acts.forEach((act, at) => (seen[at] ? act() : afterFrame(() => mine === turn && act())));
  };
  return {
    filters: true,
    /** Nothing to fill on the first, unfiltered view: the delivered squares are right already. */
    render(state) {
      turn++;
      const cells = matching(data, state.filters);
      // "Identical of tested" counts all verdicts, even if the filter shows only some of them.
      const every = matching(data, { ...state.filters, verdict: [] });
      const wide = data.runtimes.length;
      const pairOf = (cell) => data.cells.save[cell] * wide + data.cells.load[cell];
      const [of, ofEvery] = [cells, every].map((some) => countBy(data, summed(data, some, state.filters), wide * wide, pairOf));
      const touched = !untouched || filtered(state.filters) || state.filters.sum;
      untouched &&= !touched;
      // Before the squares change: to ask where something is would otherwise lay out the page in between.
      inTurn(() => touched && showFindings(data, cells, findings, state.filters), () => showVariants(data, cells, every, state.filters));
      if (touched) {
        showSum(state.filters);
        const query = queryString({ ...state.filters, runtime: "", save: "", load: "" });
        squares.only(data.runtimeAt.get(state.filters.save) ?? -1, data.runtimeAt.get(state.filters.load) ?? -1);
        squares.fill((save, load) => {
          const pair = save * wide + load;
          return square(data, save, load, of(pair), ofEvery(pair), roomy, query);
        });
      }
      return { title: "Overview", table: () => exported(data, of, titled(data, "Overview", state.filters)) };
    },
  };
}

/** One summed square: `counts` of the verdicts looked for, `every` of them all, `query` the filters that links carry on. */
function square(data, save, load, counts, every, roomy, query) {
  const [from, to] = [data.runtimes[save].id, data.runtimes[load].id];
  const [sum, whole] = [counts, every].map((some) => sumUp(data, some));
  const plain = {
    key: `${query} ${counts} ${every}`,
    label: () => `Saved in ${from}, loaded in ${to}: ${inWords(data, counts)}`,
    link: () => href("pair", [from, to]) + query,
    small: whole.asked ? `${whole.good}/${whole.asked}` : "",
    bar: roomy && whole.total ? () => bar(data, [...every]) : null,
  };
  if (sum.worst < 0) return { verdict: "", big: "", ...plain };
  const label = data.labels[sum.worst];
  return { verdict: label.verdict, level: level(sum.loud / whole.total), big: `${label.sign} ${sum.loud}`, ...plain };
}

function showFindings(data, cells, findings, filters) {
  const counts = new Int32Array(findings.length);
  for (const cell of cells) if (data.cells.finding[cell] >= 0) counts[data.cells.finding[cell]]++;
  findings.forEach(({ item, link, count, own }, place) => {
    item.hidden = counts[place] === 0;
    if (item.hidden) return;
    count.textContent = plural(counts[place], "cell");
    link.setAttribute("href", href("cells", [], { ...filters, verdict: own.verdict, scenario: own.scenario, kind: own.kind }));
  });
  for (const group of document.querySelectorAll("details.findings")) {
    group.hidden = !group.querySelector("li:not([hidden])");
  }
  document.getElementById("no-findings").hidden = counts.some((count) => count > 0) || findings.length === 0;
}

function showVariants(data, cells, every, filters, limit = FIRST_VARIANTS) {
  const [of, ofEvery] = [cells, every].map((some) => countBy(data, some, data.variants.length, (cell) => data.cells.variant[cell]));
  const left = data.variants.map((_, place) => place).filter((place) => of(place).some((count) => count > 0));
  const body = document.getElementById("variants").tBodies[0];
  const rows = left.slice(0, limit).map((place) => variantRow(data, place, of(place), ofEvery(place), filters));
  if (left.length > limit) {
    const more = el("button", { type: "button", onclick: () => showVariants(data, cells, every, filters, Infinity) }, `Show all ${left.length}`);
    rows.push(el("tr", {}, el("td", { colspan: 6 }, more)));
  }
  body.replaceChildren(...rows);
}

function variantRow(data, place, counts, every, filters) {
  const item = data.variants[place];
  const whole = sumUp(data, every);
  const kept = { ...filters, scenario: "", format: "", kind: "" };
  const link = el("a", { href: href("variant", [item.id], kept) }, data.scenarioOf(place).short);
  const told = [[link, kindTag(item)], item.format, item.parameters, mark(data, sumUp(data, counts).worst), `${whole.good}/${whole.asked}`];
  return line([...told, bar(data, [...every])], VARIANT_COLUMNS);
}

function exported(data, of, title) {
  const wide = data.runtimes.length;
  const columns = ["saved in", "loaded in", "worst", "identical", "asked", ...data.labels.map((label) => label.verdict)];
  const rows = [];
  for (let save = 0; save < wide; save++) {
    for (let load = 0; load < wide; load++) {
      const counts = of(save * wide + load);
      const sum = sumUp(data, counts);
      if (sum.worst < 0) continue;
      const ends = [data.runtimes[save].id, data.runtimes[load].id];
      rows.push([...ends, data.labels[sum.worst].verdict, sum.good, sum.asked, ...counts]);
    }
  }
  return { title, columns, rows };
}
