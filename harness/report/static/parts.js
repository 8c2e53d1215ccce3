// What several views are made of: the way back up, titled sections, and what to say when a name is unknown.
import { el } from "./dom.js";
import { href } from "./route.js";

/** What to show for a name that is not in this report. */
export function missing(host, kind, name) {
  host.replaceChildren(
    el("h1", { tabindex: "-1" }, `No such ${kind} in this report`),
    el("p", {}, el("code", {}, name ?? ""), " is not among the results. The link may belong to another run."),
    el("p", {}, el("a", { href: "#/" }, "To the overview")),
  );
  return { title: "Not found", table: () => ({ title: "Not found", columns: ["name"], rows: [[name ?? ""]] }) };
}

/** A titled part of a view. */
export function section(title, ...children) {
  return el("section", {}, el("h2", {}, title), children);
}

/** Whether a variant is a pitfall or a remedy, as a small label; a plain one needs none. */
export function kindTag(variant) {
  return variant.kind === "plain" ? "" : [" ", el("span", { class: "tag" }, variant.kind)];
}

/** The cause of a cell as a link to its page; nothing where there is none. */
export function causeLink(data, cell, filters = null) {
  const cause = data.causeOf(cell);
  return cause && el("a", { href: href("causes", [cause.id], filters) }, cause.title);
}

/** The way back up. */
export function crumbs(links, here) {
  return el("nav", { class: "crumbs", "aria-label": "Where this is" }, links.map(([text, to]) => el("a", { href: to }, text)), el("span", {}, here));
}
