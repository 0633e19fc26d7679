const search = document.querySelector("input[type=search]");
const show = () => {
  const kind = document.querySelector("input[name=f]:checked").value;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const body of document.querySelectorAll("tbody")) {
    let shown = 0;
    for (const row of body.querySelectorAll("tr.case")) {
      const text = row.textContent.toLowerCase();
      row.hidden = (kind && !row.classList.contains(kind)) || !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    body.hidden = shown === 0;
  }
};
document.querySelectorAll("nav input").forEach((input) => input.addEventListener("input", show));
// One answer at a time: it lies over the rows below it.
const answers = () => document.querySelectorAll(".mark details[open]");
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.closest(".mark")) {
    answers().forEach((other) => { other.open = other === event.target; });
  }
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") answers().forEach((open) => { open.open = false; });
});
// The names of the columns stay in sight, below the filters.
const nav = document.querySelector("nav");
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--nav", `${nav.offsetHeight}px`);
}).observe(nav);
