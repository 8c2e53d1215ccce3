// Small helpers to build elements. Data only ever becomes text nodes and attributes, never markup.
const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; a child that is not a node becomes text; null and false are left out. */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/**
 * A table with a caption; `columns` are names or {name, class}, each row is a list of strings or nodes.
 * The roles say again what the elements are, because on a narrow screen the rows are laid out as blocks.
 */
export function table(caption, columns, rows, attributes = {}) {
  const named = columns.map((column) => (typeof column === "string" ? { name: column } : column));
  const head = named.map((column) => el("th", { scope: "col", role: "columnheader", class: column.class }, column.name));
  return el(
    "table",
    { class: "list", role: "table", ...attributes },
    el("caption", { class: "sr" }, caption),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, head)),
    el("tbody", { role: "rowgroup" }, rows.map((row) => line(row, named))),
  );
}

/** One row of such a table. */
export function line(row, columns) {
  const cells = row.map((item, at) => {
    const shape = { class: columns[at].class, "data-label": columns[at].name };
    return at === 0 ? el("th", { scope: "row", role: "rowheader", ...shape }, item) : el("td", { role: "cell", ...shape }, item);
  });
  return el("tr", { role: "row" }, cells);
}

/** A box that scrolls sideways by itself and can be reached with the keyboard. */
export function scroll(label, ...children) {
  return el("div", { class: "scroll plain", role: "region", tabindex: "0", "aria-label": label }, children);
}

/** A description list. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return el("dl", { class: "facts" }, shown.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/** Say something to screen readers. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}

/** Copy text, also where the clipboard API is kept from files. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "sr", "aria-hidden": "true" });
    area.value = text;
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    before?.focus();
  }
}

/** A button that copies what `text()` gives, and says so. */
export function copyButton(text, label = "Copy", what = "") {
  const button = el("button", { type: "button", "aria-label": what ? `${label} ${what}` : null }, label);
  button.addEventListener("click", async () => {
    await copy(text());
    said(button, "Copied", label);
  });
  return button;
}

/** Show on a button for a moment that it worked. */
export function said(button, done, label) {
  button.textContent = done;
  announce(done);
  setTimeout(() => (button.textContent = label), 1600);
}

/** Preformatted text with a copy button. */
export function copyable(text, what, kind = "") {
  return el("div", { class: "copy" }, el("pre", { class: kind, tabindex: "0" }, text), copyButton(() => text, "Copy", what));
}

const GROUPED = new Intl.NumberFormat("en-GB");

/** Thousands apart by a thin space. */
export function number(count) {
  return GROUPED.format(count).replaceAll(",", "\u202f");
}

/** An ISO time as `24 November 2026, 03:00 UTC`, as `words.moment` has it; what is none stays as it is. */
export function moment(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const day = time.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return `${day}, ${time.toISOString().slice(11, 16)} UTC`;
}

const BRIEF = 240;

/** A text that may be long, cut at a blank, as `words.brief` does it; the whole of it stands in its cell. */
export function brief(text) {
  return text.length <= BRIEF ? text : `${text.slice(0, BRIEF).replace(/ [^ ]*$/, "")} …`;
}

/** `1 cell`, `2 cells`. */
export function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}
