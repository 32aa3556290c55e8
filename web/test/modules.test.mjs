// The page's pure parts, bundled one by one and run by node's own test runner.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { test } from "node:test";
import { build } from "esbuild";

async function load(name) {
  const { outputFiles } = await build({
    entryPoints: [`src/${name}.ts`], bundle: true, format: "esm", write: false, logLevel: "silent",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const seconds = (iso) => Date.parse(iso) / 1000;

test("New York's wall clock follows daylight saving to the hour", async () => {
  const { ExchangeTime } = await load("exchange_time");
  const time = new ExchangeTime("America/New_York");
  assert.equal(time.minute_text(seconds("2019-02-11T14:30:00Z")), "2019-02-11 09:30");
  assert.equal(time.minute_text(seconds("2019-03-08T14:30:00Z")), "2019-03-08 09:30");
  assert.equal(time.minute_text(seconds("2019-03-11T13:30:00Z")), "2019-03-11 09:30");
  assert.equal(time.minute_text(seconds("2019-03-10T06:59:00Z")), "2019-03-10 01:59");
  assert.equal(time.minute_text(seconds("2019-03-10T07:00:00Z")), "2019-03-10 03:00");
  assert.equal(time.minute_text(seconds("2019-11-03T05:59:00Z")), "2019-11-03 01:59");
  assert.equal(time.minute_text(seconds("2019-11-03T06:00:00Z")), "2019-11-03 01:00");
  assert.equal(time.minute_text(seconds("2019-02-12T03:00:00Z")), "2019-02-11 22:00");
  assert.equal(time.iso_text("not a time"), "not a time");
});

test("numbers are sums of differences, and absent ones change nothing", async () => {
  const { decode_numbers } = await load("columns");
  assert.deepEqual([...decode_numbers(4, [1702461, null, -1161, 0])], [170.2461, NaN, 170.13, 170.13]);
  assert.deepEqual([...decode_numbers(0, [])], []);
});

test("a symbol's bundle is unzipped to typed columns", async () => {
  const { unpack_symbol } = await load("columns");
  const packed = {
    "5m": { rows: 2, columns: { ts: { scale: 0, delta: [1549895400, 300] }, fill: { codes: ["none", "traded"], index: [0, 1] } } },
  };
  const series = await unpack_symbol(gzipSync(JSON.stringify(packed)).toString("base64"));
  assert.deepEqual([...series["5m"].ts], [1549895400, 1549895700]);
  assert.deepEqual(series["5m"].fill, ["none", "traded"]);
  assert.equal(series["1m"], undefined);
  await assert.rejects(unpack_symbol("bm90IGd6aXA="));
});

test("a crossover needs a change of side; touching is none", async () => {
  const { find_crossovers } = await load("crossovers");
  const series = (fast, slow) => ({
    rows: fast.length, ts: new Float64Array(fast.length), fill: [],
    numbers: new Map([["sma_20", Float64Array.from(fast)], ["sma_50", Float64Array.from(slow)]]),
  });
  const crossings = (fast, slow) => find_crossovers(series(fast, slow));
  assert.deepEqual(crossings([NaN, 1, 3, 1], [2, 2, 2, 2]), [{ row: 2, direction: "up" }, { row: 3, direction: "down" }]);
  assert.deepEqual(crossings([1, 2, 1], [2, 2, 2]), []);
  assert.deepEqual(crossings([1, 2, 3], [2, 2, 2]), [{ row: 2, direction: "up" }]);
  assert.deepEqual(crossings([3, NaN, 1], [2, NaN, 2]), [{ row: 2, direction: "down" }]);
  assert.deepEqual(find_crossovers({ rows: 1, ts: new Float64Array(1), fill: [], numbers: new Map() }), []);
});

test("prices keep their digits, changes their sign", async () => {
  const { direction, level_text, percent_text, price_text } = await load("format");
  assert.equal(price_text(1609.0699), "1,609.0699");
  assert.equal(price_text(170.1), "170.10");
  assert.equal(price_text(0.5), "0.5000");
  assert.equal(price_text(NaN), "–");
  assert.equal(level_text(277.0685), "277.07");
  assert.equal(percent_text(-0.0123), "−1.23%");
  assert.equal(percent_text(0), "0.00%");
  assert.equal(direction(-1), "down");
  assert.equal(direction(NaN), "flat");
});
