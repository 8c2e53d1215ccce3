// Before anything is painted: JavaScript is here, and the reader may have chosen a theme.
document.documentElement.classList.add("scripted");
try {
  document.documentElement.dataset.theme = localStorage.getItem("crossload-theme") || "auto";
} catch {
  // A browser may forbid storage to a file from disk; the theme then follows the system.
}
