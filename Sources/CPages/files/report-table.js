"use strict";
// The table of paths: sorted, searched, a page at a time.
const rowsOnPage = 25;
const place = {feed: 0, sort: "at", down: false, page: 0};
const columns = [
  {key: "track", text: "path", show: (row) => String(row.track)},
  {key: "at", text: "from", class: "text", show: (row) => row.start},
  {key: "seconds", text: "stayed", show: (row) => lasted(row.seconds)},
  {key: "entry", text: "came in", class: "text", show: (row) => row.entry || missing},
  {key: "exit", text: "went out", class: "text", show: (row) => row.exit || missing},
  {key: "cause", text: "end", class: "text", show: (row) => causes[row.cause] || row.cause},
  {key: "distance", text: "way, frame widths", show: (row) => counted(row.distance)},
  {key: "speed", text: "a second", show: (row) => counted(row.speed)},
  {key: "points", text: "points", show: (row) => counted(row.points)},
  {key: "face", text: "best face, %", show: (row) => counted(row.face)},
  {key: "zones", text: "zones", class: "text cut", show: (row) => row.zones.map(([name, dwell]) => `${lasted(Number(dwell))} ${name}`).join(", ")},
  {key: "lines", text: "lines", class: "text cut", show: (row) => row.lines.join(", ")},
];

function wantedRows() {
  const find = byId("find").value.trim().toLowerCase();
  const rows = data.rows.filter((row) => row.feed === place.feed
    && (!find || columns.some((column) => ["track", "zones", "lines", "entry", "exit"].includes(column.key) && column.show(row).toLowerCase().includes(find))));
  const value = (row) => {
    const it = row[place.sort];
    return Array.isArray(it) ? it.join(" ") : it ?? -1;
  };
  rows.sort((one, other) => (value(one) < value(other) ? -1 : value(one) > value(other) ? 1 : one.at - other.at) * (place.down ? -1 : 1));
  return rows;
}

function drawPaths() {
  const all = wantedRows(), pages = Math.max(1, Math.ceil(all.length / rowsOnPage));
  place.page = Math.min(place.page, pages - 1);
  const shown = all.slice(place.page * rowsOnPage, (place.page + 1) * rowsOnPage);
  // What no row has, nobody misses.
  const used = columns.filter(({key}) => data.rows.some((row) => row.feed === place.feed && row[key] !== undefined && row[key].length !== 0));
  fill(byId("paths"), used, shown.map((row) => used.map((column) => {
    const text = column.show(row);
    return {text, title: (column.class || "").includes("cut") ? text : undefined};
  })));
  byId("paths").querySelectorAll("th").forEach((head, index) => {
    const column = used[index], button = make("button", {type: "button"}, column.text);
    button.addEventListener("click", () => {
      place.down = place.sort === column.key ? !place.down : false;
      place.sort = column.key;
      drawPaths();
      byId("paths").querySelectorAll("th")[index].firstChild.focus();
    });
    head.replaceChildren(button);
    if (place.sort === column.key) head.setAttribute("aria-sort", place.down ? "descending" : "ascending");
  });
  byId("paths").querySelectorAll("tbody tr").forEach((line, index) => {
    const choose = () => {
      for (const other of byId("paths").querySelectorAll("tr.chosen")) other.classList.remove("chosen");
      line.classList.add("chosen");
      chooseTrail(shown[index].track, shown[index].start);
    };
    line.tabIndex = 0;
    line.addEventListener("click", choose);
    line.addEventListener("keydown", (event) => { if (event.key === "Enter") choose(); });
  });
  byId("page").textContent = all.length ? `${counted(place.page * rowsOnPage + 1)}\u2013${counted(place.page * rowsOnPage + shown.length)} of ${counted(all.length)}` : "none";
  byId("back").disabled = place.page === 0;
  byId("forth").disabled = place.page >= pages - 1;
}

function showPaths(feed) {
  Object.assign(place, {feed, page: 0});
  if (feed === together) { byId("paths-panel").hidden = true; return; }
  const paths = summary.feeds[feed].paths, here = data.rows.filter((row) => row.feed === feed).length;
  byId("paths-panel").hidden = paths === undefined;
  byId("paths-note").textContent = data.rows.length < data.row_count
    ? `${counted(here)} of ${counted(paths)} paths, drawn by lot: the records have all of them.` : `All ${counted(here)} paths. Choose one to see it above.`;
  drawPaths();
}

byId("find").addEventListener("input", () => { place.page = 0; drawPaths(); });
byId("back").addEventListener("click", () => { place.page -= 1; drawPaths(); });
byId("forth").addEventListener("click", () => { place.page += 1; drawPaths(); });
