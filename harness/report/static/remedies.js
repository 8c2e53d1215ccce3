// What helps: a remedy's code to copy with what it costs, and how often it was tried on some cells and helped.
import { copyable, el, plural, scroll, table } from "./dom.js";
import { mark } from "./matrix.js";
import { href } from "./route.js";

const SIDES = { load: "loading", save: "saving" };

/** What was tried on some cells, by remedy: how often, how often it helped, in which formats; what helped most first. */
function tallied(data, detail, cells) {
  const found = new Map();
  for (const cell of cells) {
    for (const trial of detail.trials(cell)) {
      const sum = found.get(trial.remedy) ?? { remedy: trial.remedy, tried: 0, verified: 0, formats: new Set() };
      sum.tried++;
      sum.verified += trial.verified ? 1 : 0;
      sum.formats.add(data.variants[trial.variant < 0 ? data.cells.variant[cell] : trial.variant].format);
      found.set(trial.remedy, sum);
    }
  }
  return [...found.values()].sort((a, b) => b.verified - a.verified || a.remedy - b.remedy);
}

/** Remedies with how often each was tried and helped, and their code; `proposed` are ids that may not have been tried. */
export function remedyList(data, detail, cells, proposed = []) {
  const sums = tallied(data, detail, cells);
  const tried = new Set(sums.map((sum) => data.remedies[sum.remedy].id));
  const idle = proposed.filter((id) => !tried.has(id) && data.remedyAt.has(id)).map((id) => ({ remedy: data.remedyAt.get(id), tried: 0, verified: 0, formats: new Set() }));
  const all = [...sums, ...idle];
  if (!all.length) return el("p", { class: "soft" }, "No remedy is known.");
  return el("ul", { class: "cards recipes" }, all.map((sum) => card(data, detail, sum.remedy, howOften(sum), sum.formats, sum.verified)));
}

function card(data, detail, place, told, formats, proven) {
  const remedy = data.remedies[place];
  const side = el("span", { class: "tag" }, `${SIDES[remedy.side] ?? remedy.side} side`);
  const code = recipe(detail.remedy(remedy.id), remedy.title, formats);
  return el("li", { class: proven ? "proven" : null }, el("strong", {}, remedy.title), " ", side, el("p", { class: "soft" }, told), code);
}

function howOften({ tried, verified }) {
  return tried ? `Verified in ${verified} of the ${plural(tried, "cell")} it was tried on.` : "Not tried on any of these cells.";
}

/** The code of a remedy, in each of the formats where that differs, and what is lost by it. */
function recipe({ code, codes, costs }, title, formats) {
  const own = [...formats].filter((format) => Object.hasOwn(codes, format));
  const texts = own.length ? own.map((format) => [format, codes[format]]) : [["", code]];
  return [
    texts.map(([format, text]) => text && [format && el("p", { class: "soft" }, `For ${format}:`), copyable(text, `the code of: ${title}${format && `, ${format}`}`, "code")]),
    costs && el("p", {}, el("b", {}, "Costs: "), costs),
  ];
}

/** What was tried on one cell: verdicts, proofs, and the code of each. */
export function trialList(data, detail, cell) {
  const trials = detail.trials(cell);
  const idle = detail.cause(data.causeOf(cell)?.id).remedies.filter((id) => data.remedyAt.has(id) && !trials.some((trial) => data.remedies[trial.remedy].id === id));
  const rows = trials.map((trial) => [
    data.remedies[trial.remedy].title,
    el("span", { class: trial.verified ? "proof" : "" }, trial.verified ? "✓ verified" : "no help"),
    mark(data, trial.verdict),
    proof(data, cell, trial),
    trial.reason,
    trial.wall ? `${trial.wall} s` : "–",
  ]);
  const columns = [{ name: "Remedy", class: "prose" }, { name: "Helps", class: "nowrap" }, { name: "Verdict with it", class: "nowrap" }, { name: "Proof", class: "prose" }, { name: "Reason", class: "reason" }, { name: "Took", class: "num" }];
  const formatOf = (trial) => data.variants[trial.variant < 0 ? data.cells.variant[cell] : trial.variant].format;
  const first = trials.filter((trial, at) => at === trials.findIndex((other) => other.remedy === trial.remedy));
  const cards = [
    ...first.map((trial) => card(data, detail, trial.remedy, trial.verified ? "Verified on this cell." : "Tried on this cell; it did not help.", [formatOf(trial)], trial.verified)),
    ...idle.map((id) => card(data, detail, data.remedyAt.get(id), "Goes with this cause; not tried on this cell.", [data.variants[data.cells.variant[cell]].format], false)),
  ];
  return [
    trials.length ? scroll("Remedies tried", table("Remedies tried on this cell", columns, rows)) : el("p", { class: "soft" }, "No remedy was tried on this cell."),
    cards.length > 0 && el("ul", { class: "cards recipes gap" }, cards),
  ];
}

/** What proves a trial: a run of this cell with the remedy, or another cell, which is linked. */
function proof(data, cell, trial) {
  if (trial.variant < 0 && trial.save < 0 && trial.load < 0) return "run in a session of its own";
  const variant = data.variants[trial.variant < 0 ? data.cells.variant[cell] : trial.variant];
  const ends = [trial.save < 0 ? data.cells.save[cell] : trial.save, trial.load < 0 ? data.cells.load[cell] : trial.load].map((place) => data.runtimes[place].id);
  return el("a", { href: href("cell", [variant.id, ...ends]) }, `${trial.variant < 0 ? "" : `${variant.id}, `}${ends.join(" → ")}`);
}

/** How many of some cells are good as they are, become good with a verified remedy, and stay bad. */
export function sufficient(data, cells) {
  const sum = { asked: 0, good: 0, helped: 0, left: 0 };
  for (const cell of cells) {
    const { verdict } = data.labels[data.cells.verdict[cell]];
    if (data.unasked.has(verdict)) continue;
    sum.asked++;
    if (verdict === "identical") sum.good++;
    else if (data.cells.remedy[cell] >= 0) sum.helped++;
    else sum.left++;
  }
  return sum;
}
