// SPDX-License-Identifier: BSD-2-Clause
// node firefox.js HOST:PORT STEPS : Firefox headless through that proxy; STEPS is JSON [{url, user, pw, wait}].
const puppeteer = require(process.env.LAB_DIR + '/npm/node_modules/puppeteer-core');
const [proxy, steps] = process.argv.slice(2);
const [host, port] = proxy.split(':');
const calm = {'app.normandy.enabled': false, 'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false, 'toolkit.telemetry.server': '', 'services.settings.server': 'data:,x', 'app.update.enabled': false,
  'browser.newtabpage.activity-stream.feeds.section.topstories': false, 'browser.safebrowsing.provider.mozilla.updateURL': '', 'dom.push.enabled': false,
  'browser.safebrowsing.provider.google4.updateURL': '', 'network.prefetch-next': false, 'browser.shell.checkDefaultBrowser': false};
(async () => {
  const b = await puppeteer.launch({product: 'firefox', protocol: 'webDriverBiDi', executablePath: '/usr/bin/firefox-esr', headless: true, ignoreHTTPSErrors: true,
    extraPrefsFirefox: {...calm, 'network.proxy.type': 1, 'network.proxy.http': host, 'network.proxy.http_port': +port, 'network.proxy.ssl': host,
      'network.proxy.ssl_port': +port, 'network.proxy.no_proxies_on': '', 'network.negotiate-auth.trusted-uris': 'http://,https://'}});
  const page = await b.newPage();
  for (const s of JSON.parse(steps)) {
    if (s.user !== undefined) await page.authenticate({username: s.user, password: s.pw});
    try { const r = await page.goto(s.url, {timeout: 15000}); console.log(s.url, r && r.status()); }
    catch (e) { console.log(s.url, e.message.split('\n')[0]); }
    await new Promise(r => setTimeout(r, s.wait || 600));
  }
  await b.close();
})();
