// The confusion matrices: enlarge them, and say in words what the pointer or the arrow keys are on.
for (const matrix of document.querySelectorAll(".matrix")) {
  const labels = JSON.parse(matrix.dataset.labels), counts = JSON.parse(matrix.dataset.counts);
  const [cell, edge] = [Number(matrix.dataset.cell), Number(matrix.dataset.edge)];
  const svg = matrix.querySelector("svg"), view = matrix.querySelector(".view"), said = matrix.querySelector("output");
  const [across, down] = matrix.querySelectorAll(".cross"), idle = said.textContent;
  const totals = labels.map((_, row) => (counts[row] || []).reduce((sum, [, count]) => sum + count, 0));
  let zoom = 1, at = null;

  function scale(factor) {
    const left = (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth;
    const top = (view.scrollTop + view.clientHeight / 2) / view.scrollHeight;
    zoom = Math.min(6, Math.max(1, zoom * factor));
    svg.style.width = 100 * zoom + "%";
    view.scrollLeft = left * view.scrollWidth - view.clientWidth / 2;
    view.scrollTop = top * view.scrollHeight - view.clientHeight / 2;
  }
  function show(row, column) {
    at = [row, column];
    const count = (counts[row].find(([other]) => other === column) || [0, 0])[1];
    const share = totals[row] ? (100 * count / totals[row]).toFixed(count ? 1 : 0) : 0;
    said.textContent = `“${labels[row]}” was read as “${labels[column]}”: ${count} of ${totals[row]} times (${share} %)`;
    across.setAttribute("y", edge + row * cell);
    down.setAttribute("x", edge + column * cell);
    for (const line of [across, down]) line.style.display = "";
  }
  function hide() {
    at = null;
    said.textContent = idle;
    for (const line of [across, down]) line.style.display = "none";
  }
  function place(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const [column, row] = [point.x, point.y].map(value => Math.floor((value - edge) / cell));
    if (row >= 0 && column >= 0 && row < labels.length && column < labels.length) show(row, column); else hide();
  }
  matrix.querySelector(".in").onclick = () => scale(1.5);
  matrix.querySelector(".out").onclick = () => scale(1 / 1.5);
  svg.onpointermove = svg.onpointerdown = place;
  svg.onpointerleave = hide;
  view.onkeydown = event => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "+" || event.key === "-") scale(event.key === "+" ? 1.5 : 1 / 1.5);
    else if (event.key === "Escape") hide();
    else if (move) {
      const next = at ? at.map((value, axis) => Math.min(labels.length - 1, Math.max(0, value + move[axis]))) : [0, 0];
      show(...next);
    } else return;
    event.preventDefault();
  };
  hide();
}
