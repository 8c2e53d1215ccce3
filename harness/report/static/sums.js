// What a sum is of: pitfalls are mistakes shown on purpose, so they are left out until someone asks for them.
import { el } from "./dom.js";
import { href } from "./route.js";

/** Of some cells those that go into a sum. A chosen kind wins: who asks for pitfalls gets pitfalls. */
export function summed(data, cells, filters) {
  if (!data.leftOut || mode(filters)) return cells;
  const sound = new Int32Array(cells.length);
  let size = 0;
  for (const cell of cells) if (!data.pitfall[data.cells.variant[cell]]) sound[size++] = cell;
  return sound.subarray(0, size);
}

/** Bring the overview's two buttons and the line beside them up to date. */
export function showSum(filters) {
  for (const button of document.querySelectorAll("[data-sum]")) button.setAttribute("aria-pressed", String(button.dataset.sum === mode(filters)));
  for (const line of document.querySelectorAll("[data-sums]")) line.hidden = line.dataset.sums !== mode(filters);
}

/** Let the buttons change the fragment. A press means what it says, so it takes a chosen kind away. */
export function sumButtons(stateNow) {
  for (const button of document.querySelectorAll("[data-sum]")) {
    button.addEventListener("click", () => {
      const { view, segments, filters } = stateNow();
      location.hash = href(view, segments, { ...filters, kind: "", sum: button.dataset.sum });
    });
  }
}

/** The same line for another view, with a link to the other sum. */
export function sumLine(data, { view, segments, filters }) {
  if (!data.leftOut) return "";
  const other = filters.sum ? ["Leave them out", ""] : ["Sum all variants", "all"];
  const link = el("a", { href: href(view, segments, { ...filters, sum: other[1] }) }, other[0]);
  const line = document.querySelector(`[data-sums="${mode(filters)}"]`).textContent;
  return el("p", { class: "soft" }, line, " ", mode(filters) === "kind" ? "" : link);
}

/** A title that says what was summed. */
export function titled(data, title, filters) {
  const told = { "": " without pitfalls", all: " of all variants", kind: "" };
  return data.leftOut ? title + told[mode(filters)] : title;
}

/** `kind`, `all`, or the empty string while pitfalls are left out. */
function mode(filters) {
  return filters.kind ? "kind" : filters.sum;
}
