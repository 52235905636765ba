# SPDX-License-Identifier: BSD-2-Clause
"""Odd proxies: products that do it their own way, and a script that does what none of them does on demand."""
import os, re, socket, ssl, struct, subprocess, threading, time
from common import LAB, ORIGIN, PW, PX, PX6, netns
from lab import *
import srv

WRONG = 'Wr0ng-Gravel-44'
WHO = 'alice'


def basic(user=WHO, pw=None):
    return 'Proxy-Authorization: Basic ' + b64(f'{user}:{pw or PW[user]}')


def tail(name, since):
    """The lines that a server's own log got since the case began."""
    with open(f'{LAB}/log/{name}', errors='replace') as f:
        f.seek(since.get(f'{LAB}/log/{name}', 0))
        return [l.rstrip('\n')[:200] for l in f if l.strip()]


# --- products -------------------------------------------------------------------------------------------------
def tiny(c):
    c.proxy = TINY
    c.log, c.n407 = tail('tinyproxy.out', c.pos), 0


@case('odd')
def odd_tinyproxy_ok(c):
    """tinyproxy, right password: GET (curl), CONNECT (curl), wget"""
    c.curl('tinyproxy', WHO)
    c.curl('tinyproxy', WHO, 'https://www.example.test/')
    c.wget('tinyproxy', WHO)
    tiny(c)
    c.client = f'{CURL}; {WGET}'
    c.rows = [row(c.ip, c.at('tinyproxy'), 'Basic', 'authenticated', user=WHO, count=3)]


@case('odd', 'pbc2')
def odd_tinyproxy_no_credentials(c):
    """tinyproxy without credentials: 407 and close"""
    c.curl('tinyproxy')
    c.curl('tinyproxy', None, 'https://www.example.test/')
    tiny(c)
    c.n407 = 2
    c.rows = [row(c.ip, c.at('tinyproxy'), 'none', 'abandoned', 'offer', 'no-credentials', count=2)]


@case('odd', 'pbc3')
def odd_tinyproxy_wrong_password_401(c):
    """tinyproxy answers a wrong password with 401 and WWW-Authenticate, not with 407"""
    c.curl('tinyproxy', WHO, pw=WRONG)
    c.curl('tinyproxy', WHO, 'https://www.example.test/', pw=WRONG)
    tiny(c)
    c.rows = [row(c.ip, c.at('tinyproxy'), 'Basic', 'rejected', 'authenticate', 'credentials-rejected', WHO, 2, broke_at_ok=['authenticate', 'offer'],
                  cause_ok=['credentials-rejected', 'wrong-header'], outcome_ok=['rejected', 'authenticated'])]
    c.notes = 'no 407 in it: by the letter of the contract (any answer but 407) the GET counts as authenticated; a good tool sees that the proxy itself said 401'


@case('odd', 'pbc4')
def odd_haproxy_401_to_connect(c):
    """haproxy as forward proxy without 'option http-use-proxy-header': it demands a login with 401 and WWW-Authenticate, to GET, and to CONNECT with and without Proxy-Authorization"""
    c.proxy = HAP
    c.curl('haproxy', None)
    c.curl('haproxy', WHO, 'https://www.example.test/')
    c.curl('haproxy', None, 'https://www.example.test/')
    c.log, c.n407 = tail('haproxy.out', c.pos), 0
    ok = dict(cause_ok=['wrong-header', 'other'], optional=True)
    c.rows = [row(c.ip, c.at('haproxy'), 'Basic', 'rejected', 'authenticate', 'wrong-header', WHO, 1, broke_at_ok=['authenticate', 'offer'],
                  outcome_ok=['rejected', 'authenticated', 'broken'], cause_ok=['wrong-header', 'credentials-rejected', 'other', None]),
              row(c.ip, c.at('haproxy'), 'none', 'abandoned', 'offer', 'wrong-header', None, 2, count_min=1, **ok)]
    c.findings = ('wrong-header',)


@case('odd', 'pbc1')
def odd_no_answer_for_one_host(c):
    """a site takes its connection and says nothing: the client's right password gets in for another site, then it waits six seconds for this one and gives up"""
    silent = 'import socket, time; s = socket.create_server(("10.79.0.30", 8081)); kept = s.accept(); time.sleep(8)'
    origin = c.run(f"/usr/bin/python3 -c '{silent}'", host='pbor', bg=True)
    time.sleep(.5)
    c.curl('basic', WHO)
    c.run(f"curl -sS -o /dev/null --max-time 6 -x http://{c.at('basic')} -U {WHO}:{PW[WHO]} --proxy-basic http://10.79.0.30:8081/")
    origin.wait(20)
    c.rows = [row(c.ip, c.at('basic'), 'Basic', 'authenticated', user=WHO),
              row(c.ip, c.at('basic'), 'Basic', 'broken', 'authenticate', 'other', WHO, 1, cause_ok=['other', None],
                  outcome_ok=['broken', 'incomplete', 'abandoned'])]
    c.n407, c.notes = 0, 'the wire shows a login without a verdict; that the very same one had just got in tells that the site is what is waited for'


@case('ntlm', 'pbc3')
def ntlm_helper_hangs(c):
    """squid's NTLM helper reads the type 1 and says nothing: one client is asked first and gives up after seven seconds, one sends the type 1
    unasked and gives up after six, one leaves after two"""
    for host, how, url in (('pbc3', '--proxy-anyauth --max-time 7', WWW), ('pbc2', '--proxy-ntlm --max-time 6', 'https://www.example.test/'),
                           ('pbc1', '--proxy-anyauth --max-time 2', WWW)):
        c.run(f"curl -sS -o /dev/null -x http://{c.at('mute')} -U {WHO}:{PW[WHO]} {how} {url}", host=host)
    down = 'auth-backend-down'
    c.rows = [row(IP[h], c.at('mute'), 'NTLM', 'broken', 'negotiate', ok[0], cause_ok=ok)
              for h, ok in (('pbc3', [down]), ('pbc2', [down, None]), ('pbc1', ['other', None]))]
    c.n407, c.findings = 2, (down,)
    c.notes = 'a type 1 without an offer before may be for a proxy that asks nobody, and its answer wait for the site: the wire cannot tell'


@case('odd')
def odd_haproxy_ok_with_proxy_header(c):
    """haproxy with 'option http-use-proxy-header': 407, right password passes, wrong one does not"""
    c.proxy = HAP
    at = c.at('haproxy2')
    c.curl('haproxy2', None)
    c.curl('haproxy2', WHO)
    c.curl('haproxy2', WHO, pw=WRONG)
    c.log, c.n407 = tail('haproxy.out', c.pos), 2
    c.rows = [row(c.ip, at, 'none', 'abandoned', 'offer', 'no-credentials'), row(c.ip, at, 'Basic', 'authenticated', user=WHO),
              row(c.ip, at, 'Basic', 'rejected', 'authenticate', 'credentials-rejected', WHO)]


@case('odd', 'pbc2')
def odd_mitmproxy_ok(c):
    """mitmproxy: credentials sent at once, GET and CONNECT"""
    c.proxy = MITM
    c.curl('mitm', WHO)
    c.curl('mitm', WHO, 'https://www.example.test/')
    c.log, c.n407 = tail('mitm.out', c.pos), 0
    c.rows = [row(c.ip, c.at('mitm'), 'Basic', 'authenticated', user=WHO, count=2)]


@case('odd', 'pbc3')
def odd_mitmproxy_connect_hangs_after_407(c):
    """mitmproxy: a CONNECT without credentials gets its 407; the second CONNECT on the same connection, with the right password, is never answered (git waits until it is stopped)"""
    c.proxy, c.client = MITM, CURL
    c.curl('mitm', WHO, 'https://www.example.test/', how='--proxy-anyauth --max-time 5')
    c.log, c.n407 = tail('mitm.out', c.pos), 1
    c.rows = [row(c.ip, c.at('mitm'), 'Basic', 'broken', 'authenticate', 'other', WHO, 1, cause_ok=['other', 'connection-not-kept', 'auth-backend-down'],
                  outcome_ok=['broken', 'incomplete'])]


@case('odd', 'pbc4')
def odd_mitmproxy_wrong_password(c):
    """mitmproxy: wrong password, GET and CONNECT"""
    c.proxy = MITM
    c.curl('mitm', WHO, pw=WRONG)
    c.curl('mitm', WHO, 'https://www.example.test/', pw=WRONG)
    c.log, c.n407 = tail('mitm.out', c.pos), 2
    c.rows = [row(c.ip, c.at('mitm'), 'Basic', 'rejected', 'authenticate', 'credentials-rejected', WHO, 2)]


# --- offers that nobody can answer ----------------------------------------------------------------------------
def offer_fault(c, inst, cause, n=1, ok=(), **k):
    """Two clients meet a bad offer: curl --proxy-anyauth and git, neither can go on."""
    c.proxy, c.client = SCRIPT, CURL
    for _ in range(n):
        c.curl(inst, WHO, how='--proxy-anyauth')
    c.amend = lambda r: r.update(cause=cause, cause_ok=[cause, *ok], **k)


@case('odd')
def odd_407_without_challenge(c):
    """407 without Proxy-Authenticate: curl --proxy-basic sends its credentials and is refused, then curl --proxy-anyauth gives up twice"""
    c.curl('nopa', WHO)
    offer_fault(c, 'nopa', 'challenge-missing', 2, broke_at_ok=['offer', 'authenticate'])


@case('odd', 'pbc2')
def odd_407_with_www_authenticate(c):
    """407 whose challenge is in WWW-Authenticate; GET and CONNECT"""
    offer_fault(c, 'www', 'wrong-header', ok=['challenge-missing'])
    c.curl('www', WHO, 'https://www.example.test/', how='--proxy-anyauth')


@case('odd', 'pbc3')
def odd_401_with_proxy_authenticate(c):
    """the proxy answers 401 with Proxy-Authenticate to GET and CONNECT"""
    c.proxy = SCRIPT
    c.curl('pa401', WHO, how='--proxy-anyauth')
    c.curl('pa401', WHO, 'https://www.example.test/', how='--proxy-anyauth')
    c.rows = [row(c.ip, c.at('pa401'), 'none', 'abandoned', 'offer', 'wrong-header', None, 2, cause_ok=['wrong-header'], optional=True, count_min=1)]
    c.findings = ('wrong-header',)


@case('odd', 'pbc4')
def odd_malformed_challenge(c):
    """the challenge fits no grammar: Basic realm=Lab web proxy, please "log in"""
    c.proxy, c.client = SCRIPT, f'{RAW}'
    k = Conn(c, 'malformed')
    k.get(WWW)
    k.close()
    c.amend = dict(abandoned=dict(cause='malformed-token', cause_ok=['malformed-token', 'no-credentials', 'challenge-missing']))


@case('odd')
def odd_challenge_without_scheme(c):
    """Proxy-Authenticate: realm="Lab web proxy" (the scheme's name is missing)"""
    offer_fault(c, 'noscheme', 'malformed-token', ok=['challenge-missing', 'scheme-mismatch'])


@case('odd', 'pbc2')
def odd_challenge_without_realm_ok(c):
    """Proxy-Authenticate: Basic and nothing more; curl answers it all the same, and passes"""
    c.proxy = SCRIPT
    c.curl('nocolon', WHO, how='--proxy-anyauth')


@case('odd', 'pbc3')
def odd_unknown_scheme(c):
    """only a scheme that no client knows (LabTicket); curl --proxy-basic sends Basic all the same, curl --proxy-anyauth gives up"""
    c.curl('unknown', WHO)
    offer_fault(c, 'unknown', 'scheme-mismatch', ok=['no-credentials'], broke_at_ok=['offer', 'authenticate'])


@case('odd', 'pbc4')
def odd_intercepted_407(c):
    """a transparent proxy asks for proxy credentials: 407 to an origin-form GET; the client has no proxy configured and cannot answer"""
    c.proxy = SCRIPT
    c.run(f'curl -sS -o /dev/null -m 5 --connect-to ::{PX}:{c.port("intercept")} {WWW}')
    c.run(f'curl -sS -o /dev/null -m 5 --connect-to ::{PX}:{c.port("intercept")} {API}x')
    c.amend = dict(abandoned=dict(cause='other', cause_ok=['other', 'no-credentials', 'pac-misdirect']))


@case('odd')
def odd_vendor_reason(c):
    """a commercial proxy refuses a right-looking login with a reason of its own: 407 NO_USER, X-Proxy-Error: quota_exceeded"""
    c.proxy = SCRIPT
    c.curl('vendor', WHO)
    c.amend = dict(rejected=dict(cause='other', cause_ok=['other', 'credentials-rejected']))


@case('odd', 'pbc2')
def odd_redirect_instead_of_407(c):
    """a portal: the proxy redirects to a login page instead of asking (no 407 at all)"""
    c.proxy = SCRIPT
    c.curl('redirect', None)
    c.curl('redirect', None, API)
    c.rows = []


# --- framing --------------------------------------------------------------------------------------------------
@case('odd', 'pbc3')
def odd_407_unframed(c):
    """keep-alive 407 without any length, connection left open for two seconds: the client waits for the end, then answers on a new connection; then gives up"""
    c.proxy = SCRIPT
    c.curl('unframed', WHO, how='--proxy-anyauth --max-time 5')
    c.amend = lambda r: r.update(outcome_ok=['rejected', 'broken'], cause_ok=['credentials-rejected', 'connection-not-kept', 'other'])


@case('odd', 'pbc4')
def odd_407_bad_length(c):
    """Content-Length 5000, 70 bytes, close: the 407 is never complete"""
    c.proxy = SCRIPT
    c.curl('badlen', WHO)
    c.curl('badlen')
    c.amend = lambda r: r.update(outcome_ok=['rejected', 'abandoned', 'broken'], cause_ok=['credentials-rejected', 'no-credentials', 'connection-not-kept', 'other'],
                                 broke_at_ok=['authenticate', 'offer'])


@case('odd')
def odd_407_silent_close(c):
    """the 407 says keep-alive, yet the proxy closes at once: the client sends its answer into a closed connection (scripted), starts again with the credentials, and meets the same"""
    c.proxy, c.client = SCRIPT, RAW
    k = Conn(c, 'silentclose')
    k.get(WWW)
    time.sleep(.05)
    try:
        k.get(WWW, basic())
    except OSError:
        pass
    k.close()
    time.sleep(.3)
    k = Conn(c, 'silentclose')
    k.get(WWW, basic())
    k.close()
    c.secrets += [PW[WHO]]
    c.rows = [row(c.ip, c.at('silentclose'), 'Basic', 'broken', 'authenticate', 'connection-not-kept', WHO, 1,
                  outcome_ok=['broken', 'incomplete'], broke_at_ok=['authenticate', 'offer'], cause_ok=['connection-not-kept', 'other']),
              row(c.ip, c.at('silentclose'), 'Basic', 'rejected', 'authenticate', 'credentials-rejected', WHO, 1,
                  cause_ok=['credentials-rejected', 'connection-not-kept'], outcome_ok=['rejected', 'broken'])]


@case('odd', 'pbc2')
def odd_reset_after_credentials(c):
    """the proxy resets the connection as soon as credentials come"""
    c.proxy = SCRIPT
    c.curl('rstafter', WHO, how='--proxy-anyauth')
    c.curl('rstafter', WHO)
    c.amend = dict(broken=dict(cause='connection-not-kept', cause_ok=['connection-not-kept', 'other', 'auth-backend-down']))


@case('odd', 'pbc3')
def odd_closed_after_credentials(c):
    """the proxy closes without an answer when credentials come"""
    c.proxy = SCRIPT
    c.curl('noverdict', WHO, 'https://www.example.test/', how='--proxy-anyauth')
    c.amend = dict(broken=dict(cause='connection-not-kept', cause_ok=['connection-not-kept', 'other', 'auth-backend-down']))


@case('odd', 'pbc4')
def odd_backend_500_after_credentials(c):
    """credentials are answered 500 and 503 by the proxy itself: its login service is broken"""
    c.proxy = SCRIPT
    c.curl('err500', WHO, how='--proxy-anyauth')
    c.curl('err502', WHO, 'https://www.example.test/')
    c.rows = [row(c.ip, c.at(i), 'Basic', 'broken', 'authenticate', 'auth-backend-down', WHO, 1, outcome_ok=['broken', 'authenticated'],
                  cause_ok=['auth-backend-down', 'other', None], broke_at_ok=['authenticate', 'credentials', None]) for i in ('err500', 'err502')]
    c.notes = 'a status other than 407 ends an attempt as authenticated by the first rule of the contract, a proxy error before a verdict as broken: both are tolerated'


@case('odd')
def odd_interim_before_407(c):
    """102 and 103 come before the 407 and before the 200"""
    c.proxy = SCRIPT
    c.curl('interim', WHO, WWW, how='--proxy-anyauth')


@case('odd', 'pbc2')
def odd_head_407(c):
    """HEAD answered 407 with a Content-Length and no body; the same connection goes on with credentials and a GET"""
    c.client = f'{CURL}; {RAW}'
    c.curl('basic', WHO, how='--proxy-anyauth -I')
    k = Conn(c, 'basic')
    k.get(WWW, method='HEAD')
    k.get(WWW, basic(), method='HEAD')
    k.get(WWW, basic())
    k.close()


@case('odd', 'pbc3')
def odd_chunked_407(c):
    """chunked 407 with an extension and a trailer, then the answer on the same connection"""
    c.proxy = SCRIPT
    c.curl('chunked', WHO, how='--proxy-anyauth')
    c.curl('chunked', WHO, pw=WRONG)


@case('odd', 'pbc4')
def odd_read_until_close_407(c):
    """407 without length that ends with the connection; the answer comes on the next one"""
    c.proxy = SCRIPT
    c.curl('eof', WHO, how='--proxy-anyauth')


@case('odd')
def odd_http10_proxy(c):
    """an HTTP/1.0 proxy that closes after each answer: offer, then the answer on the next connection, good; then a wrong password"""
    c.proxy, c.client = SCRIPT, f'{CURL}; {URLLIB}'
    c.curl('http10', WHO, how='--proxy-anyauth')
    c.urllib('http10', WHO, WWW)
    c.curl('http10', WHO, pw=WRONG)


@case('odd', 'pbc2')
def odd_gzip_407(c):
    """407 with a compressed body, good login after it"""
    c.proxy = SCRIPT
    c.curl('gzip', WHO, how='--proxy-anyauth --compressed')


@case('odd', 'pbc3')
def odd_spelling_ok(c):
    """proxy-AUTHENTICATE: BASIC Realm=...: odd but legal, good login"""
    c.proxy = SCRIPT
    c.curl('upper', WHO, how='--proxy-anyauth')


@case('odd', 'pbc4')
def odd_lower_case_client_ok(c):
    """a client that writes everything small: proxy-authorization: basic ..., good on squid"""
    c.client = RAW
    k = Conn(c, 'basic')
    k.get(WWW, basic().replace('Proxy-Authorization: Basic', 'proxy-authorization: basic'))
    k.close()
    c.amend = lambda r: r.update(scheme='Basic')


@case('odd')
def odd_comma_list_challenge(c):
    """several schemes in one Proxy-Authenticate line, commas and a scheme's name inside quoted strings; scripted client answers with Basic, good"""
    c.proxy, c.client = SCRIPT, RAW
    k = Conn(c, 'commalist')
    k.get(WWW)
    k.get(WWW, basic())
    k.close()


@case('odd', 'pbc2')
def odd_folded_challenge(c):
    """the challenge goes on in a folded line (obsolete, still seen); good login"""
    c.proxy = SCRIPT
    c.curl('folded', WHO, how='--proxy-anyauth')


@case('odd', 'pbc3')
def odd_lf_only_407(c):
    """the 407's lines end in LF only; good login"""
    c.proxy = SCRIPT
    c.curl('lfonly', WHO, how='--proxy-anyauth')


@case('odd', 'pbc4')
def odd_407_in_crumbs(c):
    """the 407 comes in crumbs of five bytes, the request too; good login"""
    c.proxy, c.client, c.uncounted = SCRIPT, RAW, True
    k = Conn(c, 'crumbs')
    for h in ((), (basic(),)):
        data = '\r\n'.join([f'GET {WWW} HTTP/1.1', 'Host: www.example.test', 'User-Agent: LabAgent/1.0', *h]) + '\r\n\r\n'
        for i in range(0, len(data), 7):
            k.send(data[i:i + 7])
            time.sleep(.002)
        k.recv()
    k.close()
    c.secrets += [b64(f'{WHO}:{PW[WHO]}'), PW[WHO]]


@case('odd')
def odd_slow_verdict(c):
    """the proxy takes two seconds for its verdict: good, then refused"""
    c.proxy = SCRIPT
    c.curl('slow', WHO)
    c.curl('slow', WHO, pw=WRONG)


@case('odd', 'pbc2')
def odd_pipelined(c):
    """four requests sent in one go without waiting, each with good credentials; then three with a wrong password"""
    c.client = RAW
    k = Conn(c, 'basic')
    def req(u, pw=None):
        return f'GET {u} HTTP/1.1\r\nHost: www.example.test\r\nUser-Agent: LabAgent/1.0\r\n{basic("bob", pw)}\r\n\r\n'
    k.send(''.join(req(WWW + str(i)) for i in range(4)))
    time.sleep(1)
    k.close()
    k = Conn(c, 'basic')
    k.send(''.join(req(WWW + str(i), WRONG) for i in range(3)))
    time.sleep(1)
    k.close()


@case('odd', 'pbc3')
def odd_pipelined_mixed(c):
    """pipelined on one connection: without credentials, with a wrong password, with the right one (script answers all three in order)"""
    c.proxy, c.client = SCRIPT, RAW
    k = Conn(c, 'ok')
    def req(h=''):
        return f'GET {WWW} HTTP/1.1\r\nHost: www.example.test\r\nUser-Agent: LabAgent/1.0\r\n{h}\r\n'
    k.send(req() + req(basic(pw=WRONG) + '\r\n') + req(basic() + '\r\n'))
    time.sleep(.5)
    k.close()


@case('odd', 'pbc4')
def odd_post_expect_100(c):
    """POST of 40 kB with Expect: 100-continue: the 407 comes before the body is sent, then again with credentials, 100, body, 200"""
    body = LAB + '/run/body'
    with open(body, 'wb') as f:
        f.write(b'lab line of a form\n' * 2000)
    c.curl('basic', WHO, API + 'upload', how=f"--proxy-anyauth -H 'Expect: 100-continue' --data-binary @{body}")


@case('odd')
def odd_post_large_body_answered_early(c):
    """POST of 60 kB without Expect and with a wrong password: the 407 comes while the body is still being sent"""
    body = LAB + '/run/body2'
    with open(body, 'wb') as f:
        f.write(b'lab line of a form\n' * 3200)
    c.curl('basic', WHO, API + 'upload', pw=WRONG, how=f"--proxy-basic -H 'Expect:' --data-binary @{body}")


@case('odd', 'pbc2')
def odd_chunked_request_body(c):
    """a chunked POST whose body holds text that looks like a request with credentials; good login after the offer"""
    c.client = RAW
    k = Conn(c, 'basic')
    trap = b'GET http://trap.test/ HTTP/1.1\r\nProxy-Authorization: Basic dHJhcDp0cmFwcGVkLWluLWJvZHk=\r\n\r\n'
    body = b'%x\r\n%b\r\n0\r\n\r\n' % (len(trap), trap)
    k.get(API, 'Transfer-Encoding: chunked', method='POST', body=body)
    k.get(API, basic(), 'Transfer-Encoding: chunked', method='POST', body=body)
    k.close()


@case('odd', 'pbc3')
def odd_two_nodes_differ(c):
    """one address, two nodes: every other connection meets the one that wants Digest instead of Basic; curl --proxy-basic passes and is refused by turns"""
    c.proxy = SCRIPT
    for _ in range(6):
        c.curl('node', WHO)
    c.amend = dict(rejected=dict(cause='policy-change', broke_at_ok=['offer', 'authenticate'], cause_ok=['policy-change', 'scheme-mismatch']))


@case('odd', 'pbc4')
def odd_flaky_verdict(c):
    """the same good login is refused every third time (a flaky backend)"""
    c.proxy = SCRIPT
    srv.stop('sp')
    srv.start('sp')
    for _ in range(6):
        c.curl('flaky', WHO)
    c.amend = dict(rejected=dict(cause='auth-backend-down', cause_ok=['credentials-rejected', 'auth-backend-down', 'policy-change', 'stale-cached-credentials', 'other']))


@case('odd')
def odd_asked_again_on_same_connection(c):
    """a proxy that asks once more on a connection whose requests were good (every third request gets a 407 though the credentials are right)"""
    c.proxy, c.client = SCRIPT, RAW
    k = Conn(c, 'twice')
    for i in range(7):
        k.get(WWW + str(i), basic())
    k.close()
    c.amend = dict(rejected=dict(cause='other', cause_ok=['credentials-rejected', 'other', 'auth-backend-down', 'policy-change', 'stale-cached-credentials']))


@case('odd', filt='(host 10.79.1.1 or host 10.79.0.21) and not arp and not icmp6')
def odd_upstream_privoxy(c):
    """privoxy hands requests to a squid that wants Basic: it drops the client's credentials, and from the 407 the offers; both legs"""
    c.proxy = 'Privoxy 3.0 before squid 5.7'
    conf = f'{LAB}/run/privoxy.conf'
    with open(conf, 'w') as f:
        f.write(f'listen-address {P2}:8118\nforward / {PX}:3128\n')
    p = subprocess.Popen(['ip', 'netns', 'exec', 'pbp2', 'privoxy', '--no-daemon', conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    c.curl('basic', 'alice', how='--proxy-basic --local-port 50118', px=f'http://{P2}:8118')
    p.terminate()
    c.log = [f'{e.time:.3f} {e.addr} -> {e.inst}: {e.code} {e.method} {e.url} user=[{e.user}] {e.status}' for e in c.entries()]
    c.log.append(f'{time.time():.3f} {c.ip}:50118 -> privoxy: 407 GET {WWW} user=[-] what curl was told')
    c.n407 = 2
    c.rows = [row(c.ip, f'{P2}:8118', 'Basic', 'rejected', 'authenticate', 'upstream-proxy', 'alice'),
              row(P2, c.at('basic'), 'none', 'abandoned', 'offer', 'no-credentials', cause_ok=['no-credentials', 'upstream-proxy'])]


# --- not reachable, or not what it seems ----------------------------------------------------------------------
def unreachable(c, n, outcome_ok=('broken', 'abandoned', 'incomplete')):
    return row(c.ip, f'{PX}:3199', 'none', 'broken', 'offer', 'proxy-unreachable', None, n, optional=True, outcome_ok=list(outcome_ok),
               cause_ok=['proxy-unreachable'], count_min=1)


@case('odd', 'pbc2')
def odd_proxy_port_closed(c):
    """a client with the wrong port: SYN answered by RST, four times; two other clients use the right port and pass"""
    c.curl('basic', 'bob', host='pbc3')
    for _ in range(4):
        c.curl(3199, 'bob')
        time.sleep(.3)
    c.curl('basic', 'carol', host='pbc4')
    c.insts = ('basic',)
    c.rows = lambda: c.truth_rows(c.entries()) + [unreachable(c, 4)]
    c.findings = ('proxy-unreachable',)


@case('odd', 'pbc3')
def odd_proxy_port_dropped(c):
    """a firewall drops the SYNs of one client to the proxy; other clients pass"""
    drop = f'ip netns exec pbpx iptables -{{}} INPUT -s {c.ip} -p tcp --dport 3199 -j DROP'
    subprocess.run(drop.format('A'), shell=True, check=True)
    try:
        c.curl('basic', 'bob', host='pbc2')
        c.curl(3199, 'carol', how='--max-time 6')
        c.curl('basic', 'dave', host='pbc4')
    finally:
        subprocess.run(drop.format('D'), shell=True)
    c.insts = ('basic',)
    c.rows = lambda: c.truth_rows(c.entries()) + [unreachable(c, 1)]
    c.findings = ('proxy-unreachable',)


@case('odd', 'pbc4')
def odd_proxy_went_down(c):
    """two good logins, then the proxy process is stopped (RST to every SYN), the same client tries three times; it comes back, good again"""
    c.curl('policy', 'bob')
    c.curl('policy', 'bob')
    srv.stop('policy')
    for _ in range(3):
        c.curl('policy', 'bob')
        time.sleep(.3)
    srv.start('policy')
    c.curl('policy', 'bob')
    r = unreachable(c, 3)
    r['proxy'] = c.at('policy')
    c.rows = lambda: c.truth_rows(c.entries()) + [r]
    c.findings = ('proxy-unreachable',)


@case('odd')
def odd_tls_to_plain_port(c):
    """the proxy URL was written https://: a TLS hello goes to the plain port, squid answers HTTP 400 in clear; another client uses it right"""
    c.curl('basic', 'bob', host='pbc2')
    for _ in range(2):
        c.curl('basic', WHO, px='https://' + c.at('basic'), how='--proxy-basic --proxy-insecure')
    r = row(c.ip, c.at('basic'), 'none', 'broken', 'offer', 'tls-to-proxy', None, 2, optional=True, cause_ok=['tls-to-proxy'],
            outcome_ok=['broken', 'abandoned', 'incomplete'], count_min=1)
    c.rows = lambda: [x for x in c.truth_rows(c.entries()) if x['user'] == 'bob'] + [r]
    c.findings = ('tls-to-proxy',)


@case('odd', 'pbc2')
def odd_plain_to_tls_port(c):
    """clear HTTP to the proxy's TLS port: a TLS alert and a reset; two tries, and one over TLS that works"""
    c.curl('tls', WHO, px=f'http://{PX}:3143')
    c.curl('tls', WHO, 'https://www.example.test/', px=f'http://{PX}:3143')
    c.curl('tls', WHO, px=f'https://proxy.lab.test:3143', how='--proxy-basic --proxy-insecure')
    c.rows = [row(c.ip, f'{PX}:3143', 'Basic', 'broken', 'offer', 'tls-to-proxy', WHO, 2, optional=True, cause_ok=['tls-to-proxy'], count_min=1,
                  scheme_ok=['Basic', 'none'], broke_at_ok=['offer', 'authenticate'], outcome_ok=['broken', 'abandoned', 'incomplete'], user_ok=[WHO, None])]
    c.n407 = 0
    c.findings = ('tls-to-proxy',)


@case('odd', 'pbc3')
def odd_tls_proxy_certificate_refused(c):
    """the proxy speaks TLS, the client does not trust its certificate: handshake ended by the client's alert, no HTTP at all"""
    for _ in range(2):
        c.curl('tls', WHO, px='https://proxy.lab.test:3143')
    c.rows = [row(c.ip, f'{PX}:3143', 'none', 'broken', 'offer', 'tls-to-proxy', None, 2, optional=True, cause_ok=['tls-to-proxy'], count_min=1,
                  outcome_ok=['broken', 'abandoned', 'incomplete'])]
    c.notes = 'curl sends the alert (unknown CA) in clear in TLS 1.2; in TLS 1.3 it is encrypted and only its length shows'


@case('odd', 'pbc4')
def odd_not_a_forward_proxy(c):
    """the proxy setting names a web server: absolute-form GET and CONNECT with credentials are answered by an origin (200 and 501)"""
    c.proxy = 'web server (origin.py)'
    for u in (WWW, 'https://www.example.test/'):
        c.curl(8080, WHO, u, px=f'http://{ORIGIN}:8080')
    c.rows = [row(c.ip, f'{ORIGIN}:8080', 'Basic', 'authenticated', None, None, WHO, 2, outcome_ok=['authenticated', 'broken'], broke_at_ok=[None, 'offer'],
                  cause_ok=[None, 'proxy-unreachable', 'other'], count_min=1)]
    c.n407 = 0


@case('odd')
def odd_ports_tried_elsewhere_ok(c):
    """a program tries 3128, 3129 and 8080 of a host that is no proxy (a reset each time), then uses the proxy well: no proxy is down"""
    for port in (3128, 3129, 8080):
        c.run(f'curl -sS -m 2 -o /dev/null http://{ORIGIN}:{port}/')
    c.curl('basic', WHO)


@case('odd')
def odd_ip_versions_one_refused_ok(c):
    """the proxy's name has an IPv6 and an IPv4 address, and IPv6 is refused (reset): curl takes IPv4 at once, twice, and logs in"""
    rule = 'ip netns exec pbpx ip6tables -{} INPUT -p tcp --dport 3128 -j REJECT --reject-with tcp-reset'
    subprocess.run(rule.format('A'), shell=True, check=True)
    try:
        for _ in range(2):
            c.curl('basic', WHO, how=f"--proxy-basic -I --resolve 'dual.lab.test:3128:[{PX6}],{PX}'", px='http://dual.lab.test:3128')
            time.sleep(.3)
    finally:
        subprocess.run(rule.format('D'), shell=True, check=True)
