// SPDX-License-Identifier: BSD-2-Clause
// get.js PROXYHOST PORT USER:PASSWORD N URL: Node's own http, Basic sent at once, N requests, kept alive (as Node does since 19)
const http = require('http');
const [host, port, cred, n, url] = process.argv.slice(2);
const headers = cred ? { 'Proxy-Authorization': 'Basic ' + Buffer.from(cred).toString('base64') } : {};
const keep = new http.Agent({ keepAlive: true, maxSockets: 1 });
const u = new URL(url);
headers.Host = u.host; headers['User-Agent'] = 'node/' + process.versions.node;
function go(i) {
  if (i >= +n) { keep.destroy(); return; }
  const req = u.protocol === 'https:'
    ? http.request({ host, port, method: 'CONNECT', path: u.hostname + ':443', headers, agent: keep })
    : http.request({ host, port, path: url, headers, agent: keep });
  req.on('response', r => { console.log(r.statusCode); r.resume(); r.on('end', () => setTimeout(go, 30, i + 1)); });
  req.on('connect', (r, s) => { console.log('CONNECT', r.statusCode); s.end(); go(i + 1); });
  req.on('error', e => { console.log(e.message); go(i + 1); });
  req.end();
}
go(0);
