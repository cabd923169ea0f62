// Sorts a table by a click on a column's heading; without it the tables are read as they are.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column].textContent.trim();
      const value = (text) => parseFloat(text.replace(/[$,<+]/g, ""));
      body.append(...[...body.rows].sort((one, two) => {
        const [a, b] = [key(one), key(two)];
        const number = value(a) - value(b);
        return (up ? 1 : -1) * (Number.isNaN(number) ? a.localeCompare(b) : number);
      }));
    });
  });
}
