// Which cells a set of filters leaves. Each table is searched once per word; the cells are one pass over numbers.
import { neighbours } from "./near.js";

// What may have become of a cell since an earlier run.
export const MOVES = ["worse", "better", "new", "gone", "same"];

const KEPT = 6;
const answers = new Map();
const lowered = new WeakMap();

/** The places of the matching cells, in the document's order; a view asks for the same ones several times. */
export function matching(data, filters) {
  const key = JSON.stringify({ ...filters, sum: "" });
  if (!answers.has(key)) {
    if (answers.size >= KEPT) answers.delete(answers.keys().next().value);
    answers.set(key, search(data, filters));
  }
  return answers.get(key);
}

/** Work out ahead what searching for a word and looking for edges need, while the reader still reads. */
export function prepare(data) {
  haystacks(data);
  neighbours(data);
}

/** Forget what was found: the cells have come to mean something else. */
export function forget() {
  answers.clear();
}

function search(data, filters) {
  const { variant, save, load, verdict, reason, cause } = data.cells;
  const kinds = data.variants.map((item, place) => wanted(data, item, place, filters));
  const verdicts = data.labels.map((label) => !filters.verdict.length || filters.verdict.includes(label.verdict));
  const chosen = (name) => (filters[name] ? (data.runtimeAt.get(filters[name]) ?? -2) : -1);
  const [either, saver, loader] = [chosen("runtime"), chosen("save"), chosen("load")];
  const causes = chosenCauses(data, filters.cause);
  const allowed = [remedied(data, filters.remedy), near(data, filters.near), moved(data, filters.moved)].filter(Boolean);
  const words = filters.q.toLowerCase().split(/\s+/).filter(Boolean).map((word) => hits(data, word));
  const found = new Int32Array(data.count);
  let size = 0;
  for (let i = 0; i < data.count; i++) {
    if (!kinds[variant[i]] || !verdicts[verdict[i]]) continue;
    if (saver !== -1 && save[i] !== saver) continue;
    if (loader !== -1 && load[i] !== loader) continue;
    if (either !== -1 && save[i] !== either && load[i] !== either) continue;
    if (causes && !causes[cause[i] + 1]) continue;
    let all = true;
    for (const test of allowed) all &&= test[i];
    for (const word of words) {
      if (!all) break;
      all = word.variants[variant[i]] || word.verdicts[verdict[i]] || word.runtimes[save[i]] || word.runtimes[load[i]] || word.strings[reason[i]] || word.causes[cause[i] + 1];
    }
    if (all) found[size++] = i;
  }
  return found.subarray(0, size);
}

function wanted(data, item, place, filters) {
  return (
    (!filters.scenario || data.scenarioOf(place).name === filters.scenario) &&
    (!filters.format || item.format === filters.format) &&
    (!filters.kind || item.kind === filters.kind)
  );
}

/** Which causes are let through, by their number plus one: one by its id, or all of a kind. */
function chosenCauses(data, chosen) {
  if (!chosen) return null;
  return [0, ...data.causes.map((cause) => Number(cause.id === chosen || `kind:${cause.kind}` === chosen))];
}

function remedied(data, chosen) {
  if (!chosen) return null;
  const { cause, remedy } = data.cells;
  const tests = { verified: (cell) => remedy[cell] >= 0, none: (cell) => cause[cell] >= 0 && remedy[cell] < 0 };
  return marked(data, tests, chosen);
}

function near(data, chosen) {
  return chosen ? marked(data, neighbours(data), chosen) : null;
}

function moved(data, chosen) {
  if (!chosen) return null;
  const tests = data.moves ? Object.fromEntries(MOVES.map((name, place) => [name, (cell) => data.moves[cell] === place])) : {};
  return marked(data, tests, chosen);
}

/** One byte for each cell; a value of a filter that nobody knows lets nothing through. */
function marked(data, tests, chosen) {
  const found = new Uint8Array(data.count);
  if (!Object.hasOwn(tests, chosen)) return found;
  const test = tests[chosen];
  for (let cell = 0; cell < data.count; cell++) found[cell] = test(cell) ? 1 : 0;
  return found;
}

/** For one word: which variants, runtimes, verdicts, reasons and causes hold it; no cause is the first of the last. */
function hits(data, word) {
  const texts = haystacks(data);
  const holds = (list) => Uint8Array.from(list, (text) => (text.includes(word) ? 1 : 0));
  return {
    variants: holds(texts.variants),
    runtimes: holds(texts.runtimes),
    verdicts: holds(texts.verdicts),
    strings: holds(texts.strings),
    causes: [0, ...holds(texts.causes)],
  };
}

function haystacks(data) {
  if (!lowered.has(data)) {
    const low = (parts) => parts.join(" ").toLowerCase();
    lowered.set(data, {
      variants: data.variants.map((item, place) => low([item.id, data.scenarioOf(place).title, item.parameters, item.kind])),
      runtimes: data.runtimes.map((item) => low([item.id, item.title, ...item.lines])),
      verdicts: data.labels.map((label) => label.verdict),
      strings: data.strings.map((text) => text.toLowerCase()),
      causes: data.causes.map((cause) => low([cause.id, cause.title])),
    });
  }
  return lowered.get(data);
}

/** Counts by verdict among some cells. */
export function countVerdicts(data, cells) {
  const counts = new Int32Array(data.labels.length);
  for (const cell of cells) counts[data.cells.verdict[cell]]++;
  return counts;
}

/** Counts by verdict for each value of a column: one flat array, `width` numbers per value. */
export function countBy(data, cells, size, groupOf) {
  const width = data.labels.length;
  const counts = new Int32Array(size * width);
  for (const cell of cells) counts[groupOf(cell) * width + data.cells.verdict[cell]]++;
  return (group) => counts.subarray(group * width, (group + 1) * width);
}

/** What a set of counts comes to: its loudest verdict (-1 for none), how often, identical, asked, all. */
export function sumUp(data, counts) {
  let worst = -1;
  let total = 0;
  let asked = 0;
  let good = 0;
  for (let place = 0; place < counts.length; place++) {
    const count = counts[place];
    if (!count) continue;
    if (worst < 0) worst = place;
    total += count;
    const verdict = data.labels[place].verdict;
    if (!data.unasked.has(verdict)) asked += count;
    if (verdict === "identical") good = count;
  }
  return { worst, total, asked, good, loud: worst < 0 ? 0 : counts[worst] };
}

/** The strength of a colour, as `labels.level` has it. */
export function level(share) {
  return share <= 0.15 ? 1 : share <= 0.5 ? 2 : 3;
}

/** `3 changed, 18 identical`. */
export function inWords(data, counts) {
  const parts = data.labels.map((label, place) => (counts[place] ? `${counts[place]} ${label.verdict}` : "")).filter(Boolean);
  return parts.join(", ") || "no cells";
}
