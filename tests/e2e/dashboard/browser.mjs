// Opens a dashboard page in a real browser, uses it as a reader would, and prints what it saw as JSON.
// usage: node browser.mjs PLAN.json    {"page", "browser", "modules", "symbols", "intervals", "screenshots"?}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { chromium } = createRequire(join(plan.modules, "anchor.js"))("playwright-core");
const SERIES = [
  "candles", "volume", "session_vwap", "sma_20", "sma_50", "ema_12", "ema_26", "bb_upper_20", "bb_lower_20", "rsi_14",
  "macd", "macd_signal", "macd_hist",
];
const address = pathToFileURL(plan.page).href;
const seen = { complaints: [], requests: [], views: [], layouts: [], themes: [], keys: {} };

function watch(page) {
  page.on("console", (message) => seen.complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.complaints.push(`error: ${error.stack ?? error.message}`));
  page.on("dialog", (dialog) => {
    seen.complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(address)) seen.requests.push(request.url());
  });
}

async function open(browser, width, height, scheme) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  page.setDefaultTimeout(30_000);
  watch(page);
  const started = Date.now();
  await page.goto(address);
  await page.waitForFunction(() => window.goldtape?.ready === true);
  seen.ready_ms ??= Date.now() - started;
  return page;
}

async function pick_symbol(page, ticker) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("/");
  await page.keyboard.type(ticker);
  const options = page.locator("#symbol-list li:visible");
  // A ticker may begin another one: go down to the very one.
  for (let step = 0; step < (await options.count()); ++step) {
    if ((await page.locator("#symbol-list li.active b").textContent()) === ticker) break;
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction((wanted) => window.goldtape.state().ticker === wanted, ticker);
}

async function view(page, ticker, interval) {
  await pick_symbol(page, ticker);
  const button = page.locator(`#chart-intervals button[value="${interval}"]`);
  if (await button.isDisabled()) return { ticker, interval, absent: true };
  await button.click();
  await page.locator("#bars summary").scrollIntoViewIfNeeded();
  if (!(await page.locator("#bars").evaluate((details) => details.open))) await page.locator("#bars summary").click();
  return page.evaluate(([ticker, interval, names]) => ({
    ticker, interval,
    heading: document.getElementById("symbol-ticker").textContent,
    last: document.getElementById("symbol-last").textContent,
    state: window.goldtape.state(),
    series: Object.fromEntries(names.map((name) => [name, window.goldtape.series(name)])),
    crossovers: window.goldtape.crossovers(),
    crossover_rows: document.querySelectorAll("#crossovers tbody tr").length,
    returns: window.goldtape.returns(),
    return_bars: document.querySelectorAll("#returns svg path").length,
    bars: [...document.querySelectorAll("#bar-rows tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent)),
    bar_columns: [...document.querySelectorAll("#bar-rows thead th")].map((cell) => cell.textContent),
  }), [ticker, interval, SERIES]);
}

/** Texts of a table of rows, after asking for all of them. */
async function rows_of(page, holder) {
  const more = page.locator(`#${holder} button.more`);
  if ((await more.count()) > 0) await more.click();
  return page.evaluate((id) => ({
    columns: [...document.querySelectorAll(`#${id} thead th`)].map((cell) => cell.textContent),
    rows: [...document.querySelectorAll(`#${id} tbody tr`)].map((row) =>
      [...row.children].map((cell) => cell.querySelector("code")?.title ?? cell.textContent)),
  }), holder);
}

async function whole_lake(page) {
  seen.volatility = await page.evaluate(() => window.goldtape.volatility());
  seen.volatility_cells = await page.locator("#volatility svg path").count();
  seen.coverage = await page.evaluate(() => ({
    sessions: [...document.querySelectorAll("#coverage thead th small")].map((cell) => cell.textContent),
    rows: [...document.querySelectorAll("#coverage tbody tr")].map((row) => ({
      ticker: row.dataset.ticker,
      cells: [...row.querySelectorAll("td")].map((cell) => ({ traded: Number(cell.dataset.traded), state: cell.dataset.state })),
    })),
  }));
  for (const holder of ["quality", "loads", "snapshots"]) seen[holder] = await rows_of(page, holder);
  seen.symbols = await page.locator("#symbol-list li b").allTextContents();
  seen.lake_name = await page.locator("#lake-name").textContent();
  seen.hostile = await page.evaluate(() => window.pwned ?? null);
}

/** Keys alone: from symbol to symbol, from bar to bar, and a sorted column. */
async function keyboard(page) {
  await pick_symbol(page, plan.symbols[0]);
  const before = await page.evaluate(() => window.goldtape.state().ticker);
  await page.keyboard.press("/");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction((ticker) => window.goldtape.state().ticker !== ticker, before);
  seen.keys.next_symbol = await page.evaluate(() => window.goldtape.state().ticker);
  await pick_symbol(page, plan.symbols[0]);
  await page.locator(`#chart-intervals button[value="${plan.intervals[0]}"]`).click();
  await page.locator("#chart").focus();
  const readouts = [];
  for (const key of ["End", "ArrowLeft", "ArrowLeft", "Home", "+", "-"]) {
    await page.keyboard.press(key);
    readouts.push((await page.locator("#chart-readout time").textContent()).trim());
  }
  seen.keys.announcement = await page.locator("#announcement").textContent();
  seen.keys.readouts = readouts;
  await page.locator("#quality th button").first().focus();
  await page.keyboard.press("Enter");
  seen.keys.sorted = await page.locator("#quality th").first().getAttribute("aria-sort");
  seen.keys.focus_kept = await page.evaluate(() => document.activeElement?.closest("#quality th") !== null);
  seen.keys.unnamed_controls = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, a, [tabindex='0'], [role='img']")]
      .filter((control) => !(control.getAttribute("aria-label") ?? (control.textContent || control.title)).trim() && !control.hasAttribute("aria-labelledby"))
      .map((control) => control.outerHTML.slice(0, 120)));
}

/** What a reader sees in light and in dark: colours that contrast, and canvases that are drawn on. */
async function theme(browser, scheme) {
  const page = await open(browser, 1400, 900, scheme);
  seen.themes.push(await page.evaluate((asked) => {
    const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const luminance = (colour) => {
      const context = document.createElement("canvas").getContext("2d");
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => channel(byte / 255));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const style = getComputedStyle(document.documentElement);
    const contrast = (front, back) => {
      const [a, b] = [front, back].map((name) => luminance(style.getPropertyValue(`--${name}`).trim()));
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const pairs = [["text", "surface"], ["muted", "surface"], ["muted", "background"], ["accent", "surface"], ["up", "surface"],
      ["down", "surface"], ["good", "good-soft"], ["warn", "warn-soft"], ["bad", "bad-soft"], ["text", "accent-soft"]];
    const colours = new Set();
    for (const canvas of document.querySelectorAll("#chart canvas")) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) colours.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    }
    const rgb = (name) => {
      const context = document.createElement("canvas").getContext("2d");
      context.fillStyle = style.getPropertyValue(`--${name}`).trim();
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).join(",");
    };
    return {
      asked, shown: document.documentElement.dataset.theme,
      contrasts: Object.fromEntries(pairs.map(([front, back]) => [`${front} on ${back}`, contrast(front, back)])),
      drawn: Object.fromEntries(["surface", "up", "down", "line-1", "line-2", "line-3", "line-4"].map((name) => [name, colours.has(rgb(name))])),
    };
  }, scheme));
  if (plan.screenshots) await page.screenshot({ path: join(plan.screenshots, `${scheme}.png`) });
  await page.locator("#theme").click();
  await page.locator("#theme").click();
  seen.themes.at(-1).after_two_clicks = await page.evaluate(() => document.documentElement.dataset.theme);
  await page.close();
}

async function layout(browser, width, height) {
  const page = await open(browser, width, height, "light");
  seen.layouts.push(await page.evaluate((width) => ({
    width,
    page_width: document.documentElement.scrollWidth,
    chart: document.getElementById("chart").getBoundingClientRect().width,
    list_shown: document.getElementById("symbol-list").getBoundingClientRect().height > 0,
  }), width));
  if (plan.screenshots) await page.screenshot({ path: join(plan.screenshots, `wide-${width}.png`), fullPage: true });
  await page.close();
}

// Without these, Chromium asks its maker's hosts at every start.
const browser = await chromium.launch({
  executablePath: plan.browser,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
try {
  const page = await open(browser, 1400, 900, "light");
  await whole_lake(page);
  if (plan.symbols.length > 0) {
    for (const ticker of plan.symbols) {
      for (const interval of plan.intervals) seen.views.push(await view(page, ticker, interval));
    }
    await keyboard(page);
    for (const scheme of ["light", "dark"]) await theme(browser, scheme);
  }
  for (const [width, height] of [[380, 800], [800, 1000], [1700, 1000]]) await layout(browser, width, height);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
