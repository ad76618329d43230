"use strict";
// Charts over time, in which what wasn't observed is hatched.
const charts = new Map();

function hatching(context, alpha) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.globalAlpha = alpha;
  pen.strokeStyle = style("--hatch");
  pen.lineWidth = 1.2;
  for (const shift of [-8, 0, 8]) {
    pen.beginPath();
    pen.moveTo(shift, 8);
    pen.lineTo(shift + 8, 0);
    pen.stroke();
  }
  return context.createPattern(tile, "repeat");
}

// Bars of which less than 98 % was observed, less than 2 %.
const isPartly = (share) => share < 0.98;
const isUnseen = (share) => share < 0.02;

const hatchUnobserved = {
  id: "unobserved",
  beforeDatasetsDraw(chart, _, options) {
    const {ctx, chartArea, scales} = chart;
    const observed = options.observed || [];
    if (!chartArea || !observed.some(isPartly)) return;
    const whole = hatching(ctx, 0.85), partly = hatching(ctx, 0.3);
    const step = (chartArea.right - chartArea.left) / Math.max(1, observed.length);
    ctx.save();
    observed.forEach((share, index) => {
      if (!isPartly(share)) return;
      ctx.fillStyle = isUnseen(share) ? whole : partly;
      const middle = scales.x.getPixelForValue(index);
      ctx.fillRect(middle - step / 2, chartArea.top, step + 0.5, chartArea.bottom - chartArea.top);
    });
    ctx.restore();
  },
};

function draw(id, configuration) {
  const old = charts.get(id);
  if (old) old.destroy();
  charts.delete(id);
  const place = byId(id);
  place.replaceChildren();
  if (!configuration) return;
  const canvas = make("canvas", {role: "img", "aria-label": configuration.label});
  place.append(canvas);
  charts.set(id, new Chart(canvas, configuration));
}

// Ticks at round times, so many at most.
const roundTimes = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400];
function ticksOf(chart, most) {
  const inDay = (label) => label.split(" ").pop().split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * (label.split(":").length === 2 ? 60 : 1);
  const count = chart.labels.length, length = roundTimes.find((time) => time >= chart.width && count * chart.width / time <= most);
  const every = Math.ceil(count / Math.max(1, most));
  return chart.labels.map((label, value) => ({label, value})).filter(({label, value}) =>
    length && label.includes(":") ? inDay(label) % length === 0 : value % every === 0).map(({value}) => ({value}));
}

function timeChart(chart, datasets, label, unit) {
  const ink = style("--soft"), grid = style("--grid");
  return {
    label,
    type: "bar",
    data: {labels: chart.labels, datasets},
    plugins: [hatchUnobserved],
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, normalized: true,
      interaction: {mode: "index", intersect: false},
      scales: {
        x: {
          offset: true, grid: {display: false}, stacked: false,
          afterBuildTicks(scale) { scale.ticks = ticksOf(chart, (scale.chart.width - 40) / 76); },
          ticks: {color: ink, maxRotation: 0, autoSkip: false, callback(value, index, ticks) {
            const [first, second] = chart.labels[value].split(" ");
            if (!second) return first;
            // The date below the hour where it is another than before.
            const before = index ? chart.labels[ticks[index - 1].value].split(" ")[0] : "";
            return first === before ? second : [second, first];
          }},
        },
        y: {beginAtZero: true, suggestedMax: 1, grid: {color: grid, drawBorder: false},
          ticks: {color: ink, precision: unit === "whole" ? 0 : undefined, maxTicksLimit: 6}},
      },
      plugins: {
        legend: {display: false},
        unobserved: {observed: chart.observed},
        tooltip: {callbacks: {footer(items) {
          const share = chart.observed[items[0].dataIndex];
          if (isUnseen(share)) return "not observed";
          return isPartly(share) ? `${Math.round(share * 100)} % observed` : "";
        }}},
      },
    },
  };
}

const bars = (name, values, color) => ({
  label: name, data: values, backgroundColor: color, barPercentage: 1, categoryPercentage: 0.86, borderRadius: 1, maxBarThickness: 46,
});

const curve = (name, values, color) => ({
  type: "line", label: name, data: values, borderColor: color, backgroundColor: color, borderWidth: 2,
  pointRadius: values.length > 60 ? 0 : 2, spanGaps: false, stepped: "middle",
});

const lengths = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
function lengthOf(seconds) {
  const [size, name] = lengths.find(([size]) => seconds % size === 0);
  const count = seconds / size;
  return count === 1 ? `a ${name}`.replace("a hour", "an hour") : `${count} ${name}s`;
}

const hatchKey = (chart) => chart.observed.some(isPartly) ? [["hatch", "not observed, or in part"]] : [];

// How many of those that are together tell of people in view.
const countTogether = () => summary.feeds.filter((feed) => !feed.times_unknown && feed.people_mean !== undefined).length;

function drawPeople(feed, part) {
  const chart = part.people;
  byId("people-panel").hidden = !chart && !part.missing;
  byId("people").hidden = !chart;
  if (!chart) {
    byId("people-note").textContent = part.is_whole ? "Not in these records: only counts were written."
      : "Charts and maps are made of the 24 cameras or files with the most paths; make a page of this one alone to see them.";
    keyOf("people-key", []);
    return draw("people", null);
  }
  const noted = chart.series.find((series) => series.name === "noted");
  const mean = chart.series.find((series) => series.name === "mean"), most = chart.series.find((series) => series.name === "most");
  byId("people-note").textContent = noted
    ? `In view whenever the program noted it, on average in bars of ${lengthOf(chart.width)}. Only counts were written.`
    : `In view, in bars of ${lengthOf(chart.width)}.`
      + (feed === summary.together ? ` Sums of ${countTogether()} cameras: whoever two of them see counts twice.` : "");
  const sets = noted ? [bars("people", noted.values, style("--people"))]
    : !most ? [bars("on average", mean.values, style("--people"))]
    : [curve("at most", most.values, style("--most")), bars("on average", mean.values, style("--people"))];
  keyOf("people-key", sets.map((set) => [set.backgroundColor, set.label]).concat(hatchKey(chart)));
  draw("people", timeChart(chart, sets, "People in view over time"));
}

function drawZonePeople(part) {
  const chart = part.zone_people;
  byId("zone-people-panel").hidden = !chart;
  if (!chart) return draw("zone-people", null);
  const sets = chart.series.map((series, index) => curve(series.name, series.values, palette[index % palette.length]));
  keyOf("zone-people-key", sets.map((set) => [set.borderColor, set.label]).concat(hatchKey(chart)));
  draw("zone-people", timeChart(chart, sets, "People in zones over time"));
}

function drawFlow(part, choice) {
  const panel = byId("flow-panel");
  panel.hidden = part.flows.length === 0;
  if (panel.hidden) { draw("flow", null); return draw("profile", null); }
  const isView = part.flow_names[0] === "" && part.flows.length === 1;
  const chart = part.flows[choice] || part.flows[0];
  byId("flow-title").textContent = isView ? "Coming and going" : "In and out";
  byId("flow-note").textContent = (isView ? "No lines in these records: who came into view, and who went out of it" : "Crossings")
    + `, in bars of ${lengthOf(chart.width)}.`;
  const words = isView ? ["came", "went"] : ["in", "out"];
  const sets = (of) => [bars(words[0], of.series[0].values, style("--in")), bars(words[1], of.series[1].values, style("--out"))];
  keyOf("flow-key", sets(chart).map((set) => [set.backgroundColor, set.label]).concat(hatchKey(chart)));
  draw("flow", timeChart(chart, sets(chart), "In and out over time", "whole"));
  const profile = part.profiles[choice] || part.profiles[0];
  byId("profile-panel").hidden = !profile;
  draw("profile", profile ? timeChart(profile, sets(profile), "In and out by hour of the day") : null);
}

function drawDwell(feed) {
  const zones = feed.zones.filter((zone) => zone.dwell_seconds).slice(0, 20);
  const kinds = [["median", "median", "--people"], ["mean", "mean", "--in"], ["p90", "90 %", "--out"]]
    .filter(([name]) => zones.some((zone) => zone.dwell_seconds[name] !== undefined));
  const ink = style("--soft"), longest = innerWidth < 600 ? 14 : 28;
  keyOf("dwell-key", kinds.map(([, text, color]) => [style(color), text]));
  byId("dwell").hidden = zones.length === 0;
  byId("dwell").style.height = `${50 + zones.length * (14 + 13 * kinds.length)}px`;
  draw("dwell", zones.length === 0 ? null : {
    label: "Dwell by zone in seconds", type: "bar",
    data: {labels: zones.map((zone) => zone.name.length > longest ? zone.name.slice(0, longest - 1) + "\u2026" : zone.name),
      datasets: kinds.map(([name, text, color]) => ({
        label: text, data: zones.map((zone) => zone.dwell_seconds[name] ?? null), backgroundColor: style(color), borderRadius: 2, maxBarThickness: 14,
      }))},
    options: {
      indexAxis: "y", animation: false, responsive: true, maintainAspectRatio: false,
      scales: {
        x: {beginAtZero: true, grid: {color: style("--grid"), drawBorder: false}, ticks: {color: ink, maxTicksLimit: 8, callback: lasted}},
        y: {grid: {display: false}, ticks: {color: style("--ink")}},
      },
      plugins: {legend: {display: false}, tooltip: {callbacks: {label: (item) => `${item.dataset.label}: ${lasted(item.raw)}`}}},
    },
  });
}
