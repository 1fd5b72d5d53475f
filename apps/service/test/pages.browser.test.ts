import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type House, openHouse } from './house.ts';

/** The developer pages in a real browser: under their policy, in light, dark and narrow, with and without scripts. */
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
const options = {
  skip:
    executablePath === undefined &&
    'this machine has no Chromium: apt-get install chromium, or say CHROMIUM=PATH',
  timeout: 120_000,
};
const addresses = [
  '/docs',
  '/docs/reference',
  '/docs/guides/first-report',
  '/docs/problems',
  '/docs/problems/not-found',
  '/docs/operating',
];

let house: House;
let browser: Browser;
before(async () => {
  if (executablePath === undefined) return;
  house = await openHouse();
  // A container gives no browser a sandbox of its own, and only our own pages are opened.
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await house?.close();
});

/** Opens a page and gives all that went wrong on it: errors, refused resources, calls to elsewhere. */
async function listen(page: Page): Promise<string[]> {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${house.url}/`) && !/^(data|blob):/.test(request.url()))
      faults.push(`asked ${request.url()}`);
  });
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error('policy: ' + violatedDirective + ' ' + blockedURI))`,
  });
  return faults;
}

for (const [name, context] of [
  ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
  ['wide and dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
  ['narrow', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
] as const)
  test(`the pages open without a fault, and nothing hangs over the edge: ${name}`, options, async () => {
    await using page = await browser.newPage(context);
    const faults = await listen(page);
    for (const address of addresses) {
      await page.goto(house.url + address, { waitUntil: 'networkidle' });
      assert.deepEqual(faults, [], address);
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      assert.ok(over <= 0, `${address} is ${over} pixels too wide`);
      assert.equal(await page.locator('h1').first().isVisible(), true, address);
    }
  });

test('the tabs of a guide need no script, and arrow keys choose among them', options, async () => {
  await using page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${house.url}/docs/guides/first-report`);
  const set = page.locator('.tabs:has(input[value=curl])').first();
  assert.deepEqual(await set.locator('label').allTextContents(), ['curl', 'Command line', 'SDK']);
  assert.equal(await set.locator('.panel:visible').count(), 1);
  assert.match((await set.locator('.panel:visible').textContent()) ?? '', /curl/);
  await set.locator('input').first().focus();
  await page.keyboard.press('ArrowRight');
  assert.match((await set.locator('.panel:visible').textContent()) ?? '', /meterhouse/);
});

test('a way that was chosen is chosen everywhere, and lines can be copied', options, async () => {
  await using page = await browser.newPage();
  await page.goto(`${house.url}/docs/guides/first-report`);
  await page.locator('.tabs:has(input[value=curl]) label', { hasText: 'SDK' }).first().click();
  assert.equal(
    await page.locator('.tabs input[value=sdk]:checked').count(),
    await page.locator('.tabs:has(input[value=sdk])').count(),
  );
  await page.goto(`${house.url}/docs/guides/offline-meters`);
  assert.equal(
    await page.locator('.tabs input[value=sdk]:checked').count(),
    await page.locator('.tabs:has(input[value=sdk])').count(),
  );
  await page.locator('pre.code:visible').first().hover();
  await page.getByRole('button', { name: 'Copy these lines' }).first().click();
  await page
    .getByText(/Copied|Selected/)
    .first()
    .waitFor();
});

test('a call is tried with a token that was typed in, and a reload has forgotten it', options, async () => {
  await using page = await browser.newPage();
  const faults = await listen(page);
  await page.goto(`${house.url}/docs/reference`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const field = page.locator('.auth-container input').first();
  await field.fill(house.a.access.reader);
  await page.locator('.auth-container .modal-btn.authorize').first().click();
  await page.locator('.auth-container .btn-done').first().click();
  await page.goto(`${house.url}/docs/reference#/meters/listMeters`);
  await page.locator('.opblock-tag').filter({ hasText: 'meters' }).first().waitFor();
  const operation = page.locator('#operations-meters-listMeters');
  if (!(await operation.isVisible())) await page.locator('#operations-tag-meters').click();
  if (!(await operation.locator('.try-out').isVisible()))
    await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  const called = page.waitForResponse((response) => response.url().includes('/api/v1/meters'));
  await operation.getByRole('button', { name: 'Execute' }).click();
  assert.equal((await called).status(), 200);
  await operation.locator('.live-responses-table').waitFor();
  assert.deepEqual(faults, []);
  const kept = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
  );
  assert.ok(!kept.includes(house.a.access.reader));
  assert.ok(!page.url().includes(house.a.access.reader));
  await page.reload({ waitUntil: 'networkidle' });
  assert.equal(await page.locator('.authorization__btn.locked, .authorize.locked').count(), 0);
});

test(
  'on a narrow screen the reference keeps to the edge of the header, and no block begins with room for its button',
  options,
  async () => {
    await using page = await browser.newPage({
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    await page.goto(`${house.url}/docs/reference`, { waitUntil: 'networkidle' });
    const left = (selector: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).paddingLeft`);
    assert.equal(await left('.swagger-ui .wrapper'), await left('header'));
    await page.goto(`${house.url}/docs/guides/first-report`);
    const block = page.locator('.frame:has(.copy):visible').first();
    const lines = await block.locator('pre').boundingBox();
    const button = await block.locator('.copy').boundingBox();
    assert.ok(button!.y >= lines!.y + lines!.height, 'the button stands below the lines');
    assert.equal(
      await block.locator('pre').evaluate('(pre) => getComputedStyle(pre).paddingTop'),
      await block.locator('pre').evaluate('(pre) => getComputedStyle(pre).paddingBottom'),
    );
  },
);
