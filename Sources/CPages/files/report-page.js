"use strict";
// What stands on the page for the feed that is chosen, or for all together.
const summary = data.summary;
const together = -1;
let chosen = 0;

const feedAt = (index) => index === together ? summary.together : summary.feeds[index];
const partAt = (index) => index === together ? data.together : data.feeds[index];
const keyAt = (index) => index === together ? "together." : `feeds.${index}.`;

function tile(name, text, key, what) {
  const value = make("dd", {}, text);
  if (key) value.dataset.key = key;
  if (text === missing) value.classList.add("none");
  return make("dl", {class: "tile"}, make("dt", {}, name), value, what ? make("dd", {class: "what"}, what) : null);
}

function drawTiles(index) {
  const feed = feedAt(index), at = keyAt(index), isAll = index === together;
  const absent = "not in these records";
  byId("tiles").replaceChildren(
    tile("Paths of people", counted(feed.paths), at + "paths", feed.paths === undefined ? absent
      : feed.unfinished_paths ? `${counted(feed.unfinished_paths)} without an end` : "distinct ids"),
    tile("In view on average", counted(feed.people_mean), at + "people_mean", feed.people_mean === undefined ? absent : isAll ? "each camera while it was observed" : "while observed"),
    tile("In view at most", counted(feed.people_most), at + "people_most", isAll ? "known of each camera alone" : feed.people_most === undefined ? absent : "at one time"),
    tile("Stay in view", lasted(feed.path_seconds?.mean), at + "path_seconds.mean", feed.path_seconds ? `median ${lasted(feed.path_seconds.median)}` : null),
    tile("Observed", lasted(feed.observed_seconds), at + "observed_seconds", isAll ? "of all cameras" : null),
    tile("Not observed", lasted(feed.unobserved_seconds), at + "unobserved_seconds", "hatched in the charts"),
    tile("Points", counted(feed.points), at + "points", feed.points === undefined ? absent : `${counted(feed.faces)} with a face`));
}

function drawTables(index, part) {
  const feed = feedAt(index), at = keyAt(index);
  const text = {class: "text name"};
  fill(byId("lines"), [{text: "line", ...text}, {text: "in"}, {text: "out"}, {text: "people"}], feed.lines.map((line, number) => [
    {text: line.name}, ...["in", "out", "people"].map((key) => ({text: counted(line[key]), key: `${at}lines.${number}.${key}`})),
  ]));
  byId("lines").hidden = feed.lines.length === 0;
  byId("zones-panel").hidden = feed.zones.length === 0;
  const dwell = ["mean", "median", "p90", "longest"];
  fill(byId("zones"), [{text: "zone", ...text}, {text: "entered"}, {text: "left"}, {text: "people, mean"}, {text: "most"},
    ...dwell.map((key) => ({text: {mean: "dwell, mean", p90: "90 %"}[key] || key})), {text: "loitered"}, {text: "crowded"}],
  feed.zones.map((zone, number) => [
    {text: zone.name},
    ...["entered", "left", "people_mean", "people_most"].map((key) => ({text: counted(zone[key]), key: `${at}zones.${number}.${key}`})),
    ...dwell.map((key) => ({text: lasted(zone.dwell_seconds?.[key]), key: `${at}zones.${number}.dwell_seconds.${key}`})),
    ...["loitered", "crowded"].map((key) => ({text: counted(zone[key]), key: `${at}zones.${number}.${key}`})),
  ]));
  byId("gaps-panel").hidden = part.gap_count === 0;
  byId("gaps-note").textContent = `${counted(part.gap_count)} stretches`
    + (part.gaps.length < part.gap_count ? `; the ${counted(part.gaps.length)} longest are listed` : "") + ".";
  fill(byId("gaps"), [{text: "from", class: "text"}, {text: "to", class: "text"}, {text: "lasted"}, {text: "why", class: "text"}],
    part.gaps.map((gap) => [{text: gap.from}, {text: gap.to}, {text: lasted(gap.seconds)}, {text: gap.reason.replaceAll("_", " ")}]));
}

function drawOverview() {
  const text = {class: "text name"};
  byId("overview-panel").hidden = summary.feeds.length < 2;
  const keys = [["paths", "paths", counted], ["people_mean", "people, mean", counted], ["people_most", "most", counted],
    ["observed_seconds", "observed", lasted], ["unobserved_seconds", "not observed", lasted], ["sessions", "sessions", counted]];
  const rows = summary.feeds.map((feed, index) => [{text: feed.feed}, ...keys.map(([key, , show]) => ({text: show(feed[key]), key: `feeds.${index}.${key}`}))]);
  const total = summary.total;
  rows.push([{text: "all together"}, ...keys.map(([key, , show]) => key.startsWith("people") ? {text: ""} : {text: show(total[key]), key: `total.${key}`})]);
  fill(byId("overview"), [{text: "camera or file", ...text}, ...keys.map(([, name]) => ({text: name}))], rows);
  fill(byId("files"), [{text: "file", ...text}, {text: "records"}, {text: "damaged lines"}, {text: "last line"}, {text: "compression"}, {text: "read before"}],
    summary.files.map((file, index) => [{text: file.path}, {text: counted(file.records), key: `files.${index}.records`},
      {text: counted(file.damaged_lines), key: `files.${index}.damaged_lines`}, {text: file.last_line_cut ? "cut" : "whole"},
      {text: file.compression_cut ? "cut short or damaged" : "whole"}, {text: counted(file.repeated_records), key: `files.${index}.repeated_records`}]));
  byId("made").textContent = `Made by Footpath ${data.version}. This page works without a network and asks nobody. Dwell, paths and people are counted by anonymous ids: nobody is recognised.`;
}

function notes() {
  const all = [];
  for (const file of summary.files) {
    if (file.damaged_lines) all.push(`${file.path}: ${counted(file.damaged_lines)} damaged ${file.damaged_lines === 1 ? "line was" : "lines were"} left out, the first of them line ${counted(file.first_damaged_line)}.`);
    if (file.last_line_cut) all.push(`${file.path}: the last line is cut, and was left out.`);
    if (file.compression_cut) all.push(`${file.path}: the compressed file is cut short or damaged; what follows is missing.`);
    if (file.missing_lines) all.push(`${file.path}: ${counted(file.missing_lines)} lines aren't there, by seq: lost when written, or filtered out.`);
    if (file.repeated_records) all.push(`${file.path}: ${counted(file.repeated_records)} records were read before, from another file, and count once.`);
  }
  if (summary.feeds.length === 0) all.push("There are no records: nothing was watched, or nothing was written.");
  for (const feed of summary.feeds) {
    if (feed.times_unknown) all.push(`${feed.feed}: nobody knows when it was taken; times count from its beginning (analyze --start-time says when)${feed.recordings > 1 ? `; ${counted(feed.recordings)} recordings lie over one another` : ""}.`);
    if (feed.detail.includes("counts")) all.push(`${feed.feed}: ${feed.detail.length > 1 ? "some sessions wrote" : "the records have"} counts only, nothing of single people.`);
    if (feed.paths === 0) all.push(`${feed.feed}: nobody was seen.`);
    if (summary.together && feed.times_unknown) all.push(`${feed.feed}: isn't in what is shown of all together.`);
    if (feed.lines.length + feed.zones.length === 0) all.push(`${feed.feed}: no zones and no lines were set.`);
  }
  const shown = all.length > 12 ? all.slice(0, 11).concat(`${all.length - 11} more of the like.`) : all;
  byId("notes").hidden = all.length === 0;
  byId("notes").replaceChildren(make("h2", {}, "To know"), make("ul", {}, ...shown.map((text) => make("li", {}, text))));
}

function chooseFeed(index) {
  chosen = index;
  const feed = feedAt(index), part = partAt(index);
  part.tellsOfPoints = index !== together && part.is_whole && feed.points !== undefined;
  part.missing = !part.people;
  for (const button of byId("feeds").querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.dataset.index) === index));
  const names = byId("flow-name");
  names.replaceChildren(...part.flow_names.map((name, number) => make("option", {value: number}, name)));
  byId("flow-choice").hidden = part.flow_names.length < 2;
  drawTiles(index);
  drawCharts();
  drawTables(index, part);
  drawHeat(part);
  drawTrails(part);
  showPaths(index);
}

function drawCharts() {
  const feed = feedAt(chosen), part = partAt(chosen);
  Chart.defaults.font.family = "system-ui, sans-serif";
  drawPeople(feed, part);
  drawZonePeople(part);
  drawFlow(part, Number(byId("flow-name").value || 0));
  drawDwell(feed);
}

function begin() {
  byId("title").textContent = data.title;
  document.title = data.title + " \u2013 Footpath";
  const dated = summary.feeds.filter((feed) => !feed.times_unknown && feed.from);
  const span = dated.length ? `${dated.map((feed) => feed.from).sort()[0]} to ${dated.map((feed) => feed.to).sort().pop()}` : "";
  byId("subtitle").textContent = (span ? span.replace(/T/g, " ").replace(/(:\d\d)(Z|[+-]\d\d:\d\d)/g, "$1") + ", times in " + summary.timezone + "; " : "")
    + `${counted(summary.total.records)} records`;
  notes();
  drawOverview();
  const feeds = summary.feeds;
  if (feeds.length === 0) {
    for (const panel of document.querySelectorAll("main > .panel, .pair")) if (panel.id !== "notes" && !panel.querySelector("#files")) panel.hidden = true;
    return;
  }
  const choices = feeds.map((feed, index) => ({name: feed.feed, index}));
  if (summary.together) choices.unshift({name: "All together", index: together});
  if (feeds.length > 1 && feeds.length <= 8) {
    byId("feeds").append(...choices.map(({name, index}) => {
      const button = make("button", {type: "button", title: name, "data-index": index}, name);
      button.addEventListener("click", () => chooseFeed(index));
      return button;
    }));
  } else if (feeds.length > 8) {
    const choice = make("select", {"aria-label": "Camera or file"}, ...choices.map(({name, index}) => make("option", {value: index}, name)));
    choice.addEventListener("change", () => chooseFeed(Number(choice.value)));
    byId("feeds").append(choice);
  }
  byId("flow-name").addEventListener("change", drawCharts);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
  // As wide as a sheet is behind its margins: what is on the screen is measured now.
  addEventListener("beforeprint", () => { for (const chart of charts.values()) chart.resize(660, chart.height); });
  addEventListener("afterprint", () => { for (const chart of charts.values()) chart.resize(); });
  chooseFeed(choices[0].index);
}

begin();
