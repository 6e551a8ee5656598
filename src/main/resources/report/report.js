// The heads of tables sort them; without scripts they are read as they are.
for (const table of document.querySelectorAll("table.sortable")) {
  table.classList.add("sorts");
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.tabIndex = 0;
    const sort = () => {
      const up = head.getAttribute("aria-sort") === "descending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = row => {
        const text = row.cells[column].textContent;
        const number = parseFloat(text);
        return Number.isNaN(number) ? text : number;
      };
      const order = (a, b) => {
        const x = value(a), y = value(b);
        const difference = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
        return up ? difference : -difference;
      };
      table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", event => { if (event.key === "Enter") sort(); });
  });
}
