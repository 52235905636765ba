// SPDX-License-Identifier: BSD-2-Clause
// browse.js PROXYHOST:PORT USER:PASSWORD[,USER:PASSWORD...] URL...: headless Chromium; page n uses the n-th pair (the last one stays)
const puppeteer = require(process.env.LAB_DIR + '/npm/node_modules/puppeteer-core');
const [proxy, creds, ...urls] = process.argv.slice(2);
(async () => {
  const b = await puppeteer.launch({ executablePath: '/usr/bin/chromium', headless: 'new', ignoreHTTPSErrors: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--proxy-server=' + proxy] });
  const pairs = creds ? creds.split(',') : [];
  for (let i = 0; i < urls.length; i++) {
    const page = await b.newPage();
    const p = pairs[Math.min(i, pairs.length - 1)];
    if (p) { const k = p.indexOf(':'); await page.authenticate({ username: p.slice(0, k), password: p.slice(k + 1) }); }
    try { const r = await page.goto(urls[i], { timeout: 8000 }); console.log(r.status()); } catch (e) { console.log(e.message); }
    await new Promise(f => setTimeout(f, 300));
  }
  await b.close();
})();
