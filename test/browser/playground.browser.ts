import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { EXAMPLES } from '../../playground/examples.js';
import { startTestApp, type TestApp } from '../support/app.js';

const CHROMIUM = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));
/** Without a browser the test cannot run; where CI is set that is a failure, not an excuse. */
const skipped = !CHROMIUM && !process.env.CI;
if (skipped) console.warn('Skipped: this test needs Chromium (apt-get install chromium, or CHROMIUM_PATH).');

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing but this machine has an address: what the page would load from elsewhere fails, and is seen.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

(skipped ? describe.skip : describe)('the playground in a browser', () => {
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let requested: string[];
  let complaints: string[];

  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/build-playground.mjs']);
    app = await startTestApp();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });

  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  beforeEach(async () => {
    requested = [];
    complaints = [];
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.on('request', (request) => requested.push(request.url()));
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text().slice(0, 300));
    });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    await page.goto(`${app.url}/graphql`);
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  });

  afterEach(async () => {
    const { origin } = new URL(app.url);
    const elsewhere = requested.filter((url) => !url.startsWith('data:') && new URL(url).origin !== origin);
    await context.close();
    expect({ elsewhere, complaints }).toEqual({ elsewhere: [], complaints: [] });
  });

  const textOf = async (part: string): Promise<string> => {
    const text = await page.locator(`${part} .view-lines`).first().textContent();
    // The editor shows spaces as no-break ones.
    return (text ?? '').replaceAll('\u00a0', ' ');
  };
  const tabs = () => page.locator('.graphiql-tab-button');
  const tab = (name: string) => page.getByRole('button', { name, exact: true });

  /** Not to the query for the schema, which the page sends by itself. */
  const answerTo = (operation: string) =>
    page.waitForResponse(
      (response) => response.request().postData()?.includes(`query ${operation}`) ?? false,
    );

  async function typeQuery(name: string, selection: string): Promise<void> {
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(`query ${name} { ${selection} }`);
    // The page reads what was typed a moment later, and names the tab after it.
    await tab(name).waitFor();
  }

  test('runs a query that is typed, shows its result, and keeps it over a reload', async () => {
    await typeQuery('Typed', 'nameAvailability(name: "playground_test")');
    await page.getByRole('button', { name: 'Execute query' }).click();
    await page.locator('.graphiql-response').getByText('AVAILABLE').waitFor();
    expect(JSON.parse(await textOf('.graphiql-response'))).toEqual({
      data: { nameAvailability: 'AVAILABLE' },
    });

    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('Typed'));
    await page.reload();
    await tab('Typed').waitFor();
    expect(await tabs().count()).toBe(EXAMPLES.length);
  });

  test('a first visitor gets an answer by one click', async () => {
    await tab('Welcome').waitFor();
    const answer = answerTo('Welcome');
    await page.getByRole('button', { name: 'Execute query' }).click();
    const { data, errors } = await (await answer).json();
    await page.locator('.graphiql-response').getByText('hobbies').waitFor();
    expect(errors).toBeUndefined();
    expect(data.hobbies.length).toBeGreaterThan(0);
  });

  test('opens no tab of its own on a reload, whatever was open and however soon', async () => {
    const kept = (text: string) =>
      page.waitForFunction((part) => localStorage.getItem('graphiql:tabState')?.includes(part), text);
    const reload = async () => {
      await page.reload();
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    };
    await page.evaluate(() => localStorage.clear());
    await reload();
    await kept('"activeTabIndex":0');
    await reload();
    expect(await tabs().count()).toBe(EXAMPLES.length);
    expect(await textOf('.graphiql-query-editor')).toContain('query Welcome');

    await tab('Users').click();
    await kept(`"activeTabIndex":${EXAMPLES.findIndex(({ query }) => query.includes('query Users'))}`);
    await reload();
    expect(await tabs().count()).toBe(EXAMPLES.length);
    expect(await textOf('.graphiql-query-editor')).toContain('query Users');

    await page.evaluate(() => localStorage.setItem('graphiql:tabState', '{'));
    await reload();
    expect(await tabs().count()).toBe(EXAMPLES.length);
  });

  test('is of use on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 700 });
    const bottomOf = async (selector: string) => {
      const box = await page.locator(selector).first().boundingBox();
      return box && box.x >= 0 && box.x + box.width <= 390 && box.width > 300 ? box.y + box.height : null;
    };
    const answer = answerTo('Welcome');
    await page.getByRole('button', { name: 'Execute query' }).click();
    await (await answer).finished();
    await page.locator('.graphiql-response').getByText('gatewayInfo').waitFor();
    const bottoms = [await bottomOf('.graphiql-editors'), await bottomOf('.graphiql-response')];
    expect(bottoms).toEqual([expect.any(Number), expect.any(Number)]);
    expect(Number(bottoms[0])).toBeLessThan(Number(bottoms[1]));
    expect(Number(bottoms[1])).toBeLessThan(700);

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('All Schema Types').waitFor();
    expect(await bottomOf('.graphiql-plugin')).toEqual(expect.any(Number));
    expect(await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).toBe(390);
  });

  test('offers the real flows as tabs, with their variables', async () => {
    expect(await tabs().allTextContents()).toEqual(
      EXAMPLES.map(({ query }) => /^(?:query|mutation) (\w+)/m.exec(query)?.[1]),
    );
    expect(JSON.parse(await textOf('.graphiql-editor-tool'))).toEqual(EXAMPLES[0]?.variables);

    await tab('Rank').click();
    await page.locator('.graphiql-query-editor').getByText('computedAt').waitFor();
    expect(JSON.parse(await textOf('.graphiql-editor-tool'))).toEqual({ days: 7, first: 10 });
  });

  test('sends the token of the last log-in, and no placeholder before it', async () => {
    const sent: (string | undefined)[] = [];
    await page.route('**/graphql', async (route) => {
      sent.push(route.request().headers().authorization);
      await route.fulfill({ json: { data: { login: { token: 'token-of-login' } } } });
    });
    for (const name of ['First', 'Second']) {
      await typeQuery(name, '__typename');
      const answered = page.waitForResponse('**/graphql');
      await page.getByRole('button', { name: 'Execute query' }).click();
      await (await answered).finished();
    }
    expect(sent).toEqual([undefined, 'Bearer token-of-login']);
  });

  test('is found from the first page, which fits a phone and its own policy', async () => {
    await page.setViewportSize({ width: 390, height: 700 });
    await page.goto(app.url);
    expect(await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).toBe(390);
    const { width } = (await page.locator('li').first().boundingBox()) ?? { width: 0 };
    expect(width).toBeLessThan(370);
    await page.getByRole('link', { name: '/graphql' }).click();
    await tab('Welcome').waitFor();
  });

  test('explains the schema', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const explorer = page.locator('.graphiql-doc-explorer');
    await explorer.getByText('Query', { exact: true }).click();
    await explorer.getByText('nameAvailability', { exact: true }).waitFor();
  });
});
