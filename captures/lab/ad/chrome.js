// SPDX-License-Identifier: BSD-2-Clause
// node chrome.js PROXY QUIET STEPS : chromium headless through PROXY; STEPS is JSON [{url, user, pw, wait}].
// QUIET 1 turns the browser's own background requests off as far as its flags go.
const puppeteer = require(process.env.LAB_DIR + '/npm/node_modules/puppeteer-core');
const fs = require('fs');
const [proxy, quiet, steps] = process.argv.slice(2);
const calm = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-pings',
  '--disable-default-apps', '--disable-domain-reliability', '--disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate,PreconnectToSearch'];
(async () => {
  const dir = fs.mkdtempSync(process.env.LAB_DIR + '/run/chrome-');
  const b = await puppeteer.launch({executablePath: '/usr/bin/chromium', headless: 'new', userDataDir: dir,
    ignoreDefaultArgs: quiet == '1' ? [] : ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps'],
    args: ['--no-sandbox', '--ignore-certificate-errors', '--proxy-server=' + proxy, ...(process.env.CHROME_ARGS || '').split(' ').filter(x => x),
      ...(quiet == '1' ? calm : [])]});
  const page = await b.newPage();
  for (const s of JSON.parse(steps)) {
    if (s.user !== undefined) await page.authenticate({username: s.user, password: s.pw});
    try { const r = await page.goto(s.url, {timeout: 15000}); console.log(s.url, r && r.status()); }
    catch (e) { console.log(s.url, e.message); }
    await new Promise(r => setTimeout(r, s.wait || 600));
  }
  await b.close();
  fs.rmSync(dir, {recursive: true, force: true});
})();
