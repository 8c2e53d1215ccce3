// The current view as CSV or Markdown: {title, columns, rows} of plain text, to save or to copy.
import { el } from "./dom.js";

/** RFC 4180, with what a spreadsheet would run as a formula held back by an apostrophe. */
export function csv({ columns, rows }) {
  const field = (value) => {
    const text = String(value);
    const tame = /^[=+\-@\t\r]/.test(text) && typeof value !== "number" ? "'" + text : text;
    return /[",\n\r]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
  };
  return [columns, ...rows].map((row) => row.map(field).join(",") + "\r\n").join("");
}

/** A Markdown table under a heading; markup in the data is inert. */
export function markdown({ title, columns, rows }) {
  const line = (row) => `| ${row.map(inert).join(" | ")} |\n`;
  return `## ${inert(title)}\n\n${line(columns)}|${" --- |".repeat(columns.length)}\n${rows.map(line).join("")}`;
}

function inert(value) {
  const flat = String(value).replace(/\s+/g, " ").trim();
  const escaped = flat.replace(/[\\`*_[\]#|~]/g, "\\$&");
  return escaped.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("@", "@&#8203;");
}

/** Offer a text as a file. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A title as a file name. */
export function fileName(title, extension) {
  const plain = title.toLowerCase().replace(/[^a-z0-9.]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 80);
  return `crossload-${plain || "view"}.${extension}`;
}
