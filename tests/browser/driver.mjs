// A real Chromium for tests written in Python: one JSON object a line on stdin, {id, op, …}, and one on stdout, {id, value} or
// {id, error}. Every phone is a browser context of its own, with storage, language, theme and one virtual authenticator of
// its own. Nothing here knows Countersign.
//
//   node driver.mjs NODE_MODULES
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const require = createRequire(`${process.argv[2]}/`);
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// Never off this machine: every name but localhost fails to resolve.
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync) ?? 'chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-proxy-server', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1'];
const AUTHENTICATOR = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
  isUserVerified: true, automaticPresenceSimulation: true };

let browser, launching;
const phones = new Map();

// With `profile`, a folder, the phone is a Chromium of its own: what a browser does not do for a private window, it does there.
async function open({ phone, language = 'en-US', dark = false, width = 360, height = 640, permissions = [], origin, authenticator = {}, profile }) {
  const looks = { viewport: { width, height }, locale: language, colorScheme: dark ? 'dark' : 'light', deviceScaleFactor: 2,
    hasTouch: true, isMobile: true, acceptDownloads: true };
  const context = profile ? await chromium.launchPersistentContext(profile, { ...looks, ...launching }) : await browser.newContext(looks);
  if (permissions.length) await context.grantPermissions(permissions, { origin });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...AUTHENTICATOR, ...authenticator } });
  const faults = [], requests = [];
  page.on('pageerror', (error) => faults.push(`exception: ${error.stack}`));
  page.on('console', (message) => {
    // A refused request is a line of the console, too; the tests look at what the page makes of it.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  await page.exposeBinding('reportViolation', (_, words) => faults.push(`policy: ${words}`));
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
    reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`)));
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith('/v1/')) requests.push({ method: request.method(), path: pathname + search, body: request.postData() });
  });
  const it = { context, page, cdp, authenticatorId, faults, mocks: [], hung: [], held: [], requests };
  page.on('requestfailed', (request) => { it.hung = it.hung.filter((route) => route.request() !== request); });
  phones.set(phone, it);
}

async function until(holds, what) {
  for (let tries = 0; tries < 150; tries += 1) {
    if (holds()) return;
    await new Promise((resume) => { setTimeout(resume, 100); });
  }
  throw new Error(`not seen: ${what}`);
}

// In the page's own world, past the policy that forbids it eval.
async function evaluate(cdp, expression) {
  const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

// What every state must hold to: nothing wider than the screen, nothing smaller than a finger.
const MEASURE = `(() => {
  const shown = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const targets = [...document.querySelectorAll('a[href], button, input, summary, [role=switch]')].filter(shown);
  const touched = (node) => node.type === 'checkbox' ? node.closest('label') ?? node : node;
  const small = targets.map((node) => [node, touched(node).getBoundingClientRect()]).filter(([, box]) => box.width < 44 || box.height < 44)
    .map(([node, box]) => node.outerHTML.slice(0, 120) + ' ' + Math.round(box.width) + 'x' + Math.round(box.height));
  const wide = [...document.querySelectorAll('body *')].filter(shown).filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5)
    .map((node) => node.outerHTML.slice(0, 120));
  return { small, wide, scrollWidth: document.documentElement.scrollWidth, innerWidth, targets: targets.length };
})()`;

const OPS = {
  launch: async ({ args = [] }) => {
    launching = { executablePath: CHROMIUM, headless: true, args: [...FLAGS, ...args] };
    browser = await chromium.launch(launching);
    return browser.version();
  },
  open,
  close: async ({ phone }) => {
    await phones.get(phone).context.close();
    phones.delete(phone);
  },
  goto: ({ phone, url }) => phones.get(phone).page.goto(url).then(() => null),
  reload: ({ phone }) => phones.get(phone).page.reload().then(() => null),
  click: ({ phone, selector, force = false }) => phones.get(phone).page.locator(selector).first().click({ force }),
  fill: ({ phone, selector, text }) => phones.get(phone).page.locator(selector).fill(text),
  press: ({ phone, key }) => phones.get(phone).page.keyboard.press(key),
  wait: ({ phone, selector, state = 'visible', timeout = 15_000 }) => phones.get(phone).page.locator(selector).first().waitFor({ state, timeout }),
  count: ({ phone, selector }) => phones.get(phone).page.locator(selector).count(),
  text: ({ phone, selector = 'body' }) => phones.get(phone).page.locator(selector).first().innerText(),
  box: ({ phone, selector }) => phones.get(phone).page.locator(selector).first().boundingBox(),
  screenshot: ({ phone, path, whole = false }) => phones.get(phone).page.screenshot({ path, fullPage: whole, animations: 'disabled' }).then(() => null),
  eval: ({ phone, code }) => evaluate(phones.get(phone).cdp, code),
  measure: ({ phone }) => evaluate(phones.get(phone).cdp, MEASURE),
  axe: async ({ phone }) => {
    const { cdp } = phones.get(phone);
    await evaluate(cdp, `globalThis.axe ? null : (() => { ${AXE} })(), null`);
    const found = await evaluate(cdp, `axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => ({
      passes: passes.length, violations: violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.map((node) => node.html + ' ' +
        (node.any[0]?.message ?? '')).join(' | ').slice(0, 600)) }))`);
    return found;
  },
  faults: ({ phone }) => phones.get(phone).faults.splice(0),
  cdp: ({ phone, method, params = {}, own = false }) => {
    const { cdp, authenticatorId } = phones.get(phone);
    return cdp.send(method, own ? { authenticatorId, ...params } : params);
  },
  download: async ({ phone, selector }) => {
    const { page } = phones.get(phone);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator(selector).click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  },
  // Replies in the registry's place: [{method, path (a regular expression), status, body, headers, hang}]; the first that fits.
  mock: async ({ phone, replies }) => {
    const it = phones.get(phone);
    if (it.mocks.length === 0) await it.page.route('**/v1/**', (route) => mocked(it, route));
    it.mocks = replies;
  },
  // Requests of the page that a mock holds on their way: how many; and let them go on to the server.
  held: ({ phone }) => phones.get(phone).held.length,
  forward: async ({ phone }) => {
    for (const route of phones.get(phone).held.splice(0)) await route.continue();
  },
  // What hangs by a mock is answered now, and when nothing does, the next that will.
  release: async ({ phone, reply }) => {
    await until(() => phones.get(phone).hung.length > 0, 'a request that hangs');
    for (const route of phones.get(phone).hung.splice(0)) await fulfill(route, reply);
  },
  requests: ({ phone }) => phones.get(phone).requests.splice(0),
  notifications: ({ phone }) => worker(phone).evaluate(async () => (await self.registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, data }))),
  notificationClick: ({ phone, tag }) => worker(phone).evaluate(async (wanted) => {
    const [notification] = await self.registration.getNotifications({ tag: wanted });
    self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
  }, tag),
  push: async ({ phone, origin, text }) => {
    const it = phones.get(phone);
    if (!it.registrations) {
      it.registrations = [];
      it.cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => it.registrations.push(...registrations));
      await it.cdp.send('ServiceWorker.enable');
    }
    const found = () => it.registrations.findLast((each) => !each.isDeleted && each.scopeURL === `${origin}/`);
    await until(found, 'a service worker');
    await it.cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: found().registrationId, data: text });
  },
  quit: async () => {
    await browser?.close();
    setTimeout(() => process.exit(0), 50);
  },
};

const worker = (phone) => phones.get(phone).context.serviceWorkers()[0];

async function mocked(it, route) {
  const request = route.request();
  const { pathname, search } = new URL(request.url());
  const reply = it.mocks.find(({ method = 'GET', path }) => method === request.method() && new RegExp(`^${path}$`).test(pathname + search));
  if (!reply) return route.continue();
  if (reply.hang) return it.hung.push(route);
  if (reply.hold) return it.held.push(route);
  return fulfill(route, reply);
}

function fulfill(route, reply) {
  if (reply.abort) return route.abort();
  return route.fulfill({ status: reply.status ?? 200, body: reply.body ?? '', headers: { Date: new Date().toUTCString(), ...reply.headers },
    contentType: 'text/plain; charset=utf-8' });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, ...more } = JSON.parse(line);
  const reply = (words) => process.stdout.write(`${JSON.stringify({ id, ...words })}\n`);
  Promise.resolve().then(() => OPS[op](more)).then((value) => reply({ value: value ?? null }), (error) => reply({ error: error.message }));
}
await OPS.quit();
