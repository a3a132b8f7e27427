// Draws what `relayer bench network` measured: operations a second by load, for each number of validators, block period and gas limit.
//   node tools/plot.mjs MEASURED.json OUT.svg
import { readFileSync, writeFileSync } from "node:fs";

const COLOURS = { verification: "#8a8f98", enrolment: "#4477aa", "enrolment-batch": "#228833", settlement: "#ccbb44", "settlement-batch": "#ee6677" };
const [BAR, GAP, HEIGHT, LEFT, TOP, BOTTOM] = [26, 34, 260, 60, 56, 60];

const [source, target] = process.argv.slice(2);
if (!target) {
  console.error("usage: node tools/plot.mjs MEASURED.json OUT.svg");
  process.exit(2);
}
const { engine, version, measured: rows } = JSON.parse(readFileSync(source, "utf8"));
const settingOf = ({ validators, blockPeriodS, gasLimit }) => `${validators} validators, ${blockPeriodS} s, ${gasLimit / 1e6}M gas`;
const settings = [...new Set(rows.map(settingOf))];
const loads = Object.keys(COLOURS).filter((name) => rows.some(({ load }) => load === name));
const most = Math.max(...rows.map(({ perSecond }) => perSecond ?? 0), 1);
const step = 10 ** Math.floor(Math.log10(most)) / (most / 10 ** Math.floor(Math.log10(most)) < 2 ? 4 : 1);
const top = Math.ceil(most / step) * step;
const y = (value) => TOP + HEIGHT - (value / top) * HEIGHT;
const groupWidth = loads.length * BAR + GAP;
const width = LEFT + settings.length * groupWidth + 20;

const text = (x, at, words, more = "") => `<text x="${x}" y="${at}" ${more}>${words}</text>`;
const bars = rows.map((row) => {
  const { load, perSecond } = row;
  const x = LEFT + settings.indexOf(settingOf(row)) * groupWidth + GAP / 2 + loads.indexOf(load) * BAR;
  if (perSecond === null) return text(x + BAR / 2, TOP + HEIGHT - 4, "–", 'text-anchor="middle"');
  const bar = `<rect x="${x + 2}" y="${y(perSecond)}" width="${BAR - 4}" height="${TOP + HEIGHT - y(perSecond)}" fill="${COLOURS[load]}"/>`;
  return bar + text(x + BAR / 2, y(perSecond) - 4, Math.round(perSecond), 'text-anchor="middle" font-size="10"');
});
const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).map(
  (value) =>
    `<line x1="${LEFT}" x2="${width - 20}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>` +
    text(LEFT - 6, y(value) + 4, value, 'text-anchor="end"'),
);
const names = settings.map((setting, i) =>
  text(LEFT + (i + 0.5) * groupWidth, TOP + HEIGHT + 18, setting, 'text-anchor="middle" font-size="11"'),
);
const legend = loads.map((load, i) => {
  const x = LEFT + i * 110;
  return `<rect x="${x}" y="${TOP + HEIGHT + 34}" width="10" height="10" fill="${COLOURS[load]}"/>` + text(x + 14, TOP + HEIGHT + 43, load);
});
const title = `Operations a second: ${engine} ${(version.match(/Quorum Version: (\S+)/) ?? version.match(/(\d+\.\d+\.\d+)/))?.[1] ?? ""}`;
const fullWidth = Math.max(width, LEFT + loads.length * 110 + 20);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${TOP + HEIGHT + BOTTOM}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${text(LEFT, 24, title, 'font-size="14"')}
${[...lines, ...bars, ...names, ...legend].join("\n")}
</svg>
`;
writeFileSync(target, svg);
