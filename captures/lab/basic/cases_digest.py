# SPDX-License-Identifier: BSD-2-Clause
"""Digest: good logins, wrong passwords, stale and foreign nonces, and requests that a client got wrong."""
import hashlib, re, time
from common import PW
from lab import *
import srv

WRONG = 'Wr0ng-Gravel-44'
BACKGROUND = dict(optional=True, count_min=1)
URI = '/'


def challenge(head):
    """The fields of the Digest challenge in an answer's head."""
    m = re.search(r'(?i)proxy-authenticate:[ \t]*digest (.*)', head)
    return {k: a or b for k, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,"]+))', m[1])} if m else {}


def answer(ch, user='alice', pw=None, method='GET', uri=WWW, nc=1, drop=(), **over):
    """A Proxy-Authorization line for a challenge; fields may be overridden or dropped."""
    f = dict(username=user, realm=ch['realm'], nonce=ch['nonce'], uri=uri, cnonce='0a4f113b5ce9d2e0', nc='%08x' % nc, qop='auth')
    f.update({k: v for k, v in over.items() if k in f})

    def h(*x):
        return hashlib.md5(':'.join(x).encode()).hexdigest()
    a1 = h(user, f['realm'], PW.get(user, '') if pw is None else pw)
    f['response'] = h(a1, f['nonce'], f['nc'], f['cnonce'], f['qop'], h(method, uri))
    f.update({k: v for k, v in over.items() if k not in f or k == 'response'})
    parts = [f'{k}={v}' if k in ('nc', 'qop', 'algorithm') else f'{k}="{v}"' for k, v in f.items() if k not in drop]
    return 'Proxy-Authorization: Digest ' + ', '.join(parts)


def ask(c, inst, **over):
    """A scripted client asks, and answers on the same connection; the connection and the challenge."""
    c.client = RAW
    k = Conn(c, inst)
    ch = challenge(k.get(WWW))
    return k, ch


def wrong(c, cause, *ok, **k):
    c.amend = dict(rejected=dict(cause=cause, cause_ok=[cause, *ok], **k))


# --- good logins ----------------------------------------------------------------------------------------------
@case('digest')
def digest_ok_curl(c):
    """curl --proxy-digest: request, 407, answer on the same connection"""
    c.curl('digest', 'alice', how='--proxy-digest')


@case('digest', 'pbc2')
def digest_ok_connect(c):
    """curl --proxy-digest, CONNECT"""
    c.curl('digest', 'bob', 'https://www.example.test/', how='--proxy-digest')


@case('digest', 'pbc3')
def digest_ok_git(c):
    """git clone with proxyAuthMethod digest, over http"""
    c.client = GIT
    c.git('digest', 'carol', how='digest')


@case('digest', 'pbc4')
def digest_ok_java(c):
    """Java HttpURLConnection: GET and, since Digest is not switched off for tunnels, an https URL (the certificate is refused inside the tunnel, the login is good)"""
    c.client = JURL
    c.java('Url', 'digest', 'dave', WWW, 'https://www.example.test/')


@case('digest')
def digest_ok_urllib(c):
    """urllib ProxyDigestAuthHandler: offer, answer on a new connection"""
    c.client = URLLIB
    c.urllib('digest', 'alice', WWW, kind='digest')


@case('digest', 'pbc2')
def digest_ok_keepalive(c):
    """scripted client: one nonce for seven requests, nc counts up, one connection"""
    k, ch = ask(c, 'digest')
    for i in range(7):
        k.get(WWW, answer(ch, nc=i + 1))
    k.close()


@case('digest', 'pbc3')
def digest_curl_many_urls(c):
    """curl --proxy-digest with four URLs drops its state with every URL: one 407 each, all on one connection, all good"""
    c.curl('digest', 'bob', WWW, WWW + 'a', API, API + 'b', how='--proxy-digest')


@case('digest', 'pbc4')
def digest_preferred_to_basic(c):
    """squid offers Digest and Basic: curl --proxy-anyauth and Java take Digest, requests sends Basic; all good"""
    c.client = f'{CURL}; {JURL}; {REQ}'
    c.curl('both', 'alice', how='--proxy-anyauth')
    c.java('Url', 'both', 'bob')
    c.requests('both', 'carol')


@case('digest')
def digest_apache_ok(c):
    """Apache mod_auth_digest as proxy: curl and git, good"""
    c.proxy, c.client = APACHE, f'{CURL}; {GIT}'
    c.curl('apachedigest', 'alice', how='--proxy-digest')
    c.git('apachedigest', 'alice', how='digest')
    c.n407 = sum(e.code == 407 for e in c.entries())
    c.rows = [row(c.ip, c.at('apachedigest'), 'Digest', 'authenticated', user='alice', count=2)]


@case('digest', 'pbc2')
def digest_apache_wrong_password(c):
    """Apache mod_auth_digest, wrong password and unknown user"""
    c.proxy = APACHE
    c.curl('apachedigest', 'alice', how='--proxy-digest', pw=WRONG)
    c.curl('apachedigest', 'nobody77', how='--proxy-digest', pw=WRONG)
    ok = dict(cause_ok=['digest-mismatch', 'credentials-rejected'])
    c.rows = [row(c.ip, c.at('apachedigest'), 'Digest', 'rejected', 'authenticate', 'digest-mismatch', u, **ok) for u in ('alice', 'nobody77')]


@case('digest', 'pbc3')
def digest_sha256_ok(c):
    """algorithm=SHA-256 (scripted proxy, curl): good"""
    c.proxy = SCRIPT
    c.curl('sha256', 'alice', how='--proxy-digest')
    c.amend = dict(authenticated=dict(user='alice'))


@case('digest', 'pbc4')
def digest_md5_sess_ok(c):
    """algorithm=MD5-sess (scripted proxy, curl): good; then a wrong password"""
    c.proxy = SCRIPT
    c.curl('sess', 'alice', how='--proxy-digest')
    c.curl('sess', 'alice', how='--proxy-digest', pw=WRONG)
    wrong(c, 'digest-mismatch', 'credentials-rejected')


@case('digest')
def digest_chromium_ok(c):
    """Chromium with Digest: two pages"""
    c.client = CHROMIUM
    c.amend = dict(abandoned=BACKGROUND)
    c.browse('digest', 'alice:' + PW['alice'], WWW, API)


@case('digest', 'pbc2')
def digest_domain_user(c):
    """user LAB\\heidi: curl escapes the backslash in the quoted string; squid takes it as it stands, and refuses even the right password; then a wrong one"""
    c.curl('digest', 'LAB\\heidi', how='--proxy-digest')
    c.curl('digest', 'LAB\\heidi', how='--proxy-digest', pw=WRONG)
    wrong(c, 'digest-mismatch', 'credentials-rejected')


# --- wrong passwords ------------------------------------------------------------------------------------------
@case('digest', 'pbc3')
def digest_wrong_password_curl(c):
    """curl, wrong password: offer, answer, 407 with stale=false and a new nonce; GET and CONNECT"""
    c.curl('digest', 'carol', how='--proxy-digest', pw=WRONG)
    c.curl('digest', 'carol', 'https://www.example.test/', how='--proxy-digest', pw=WRONG)
    wrong(c, 'digest-mismatch', 'credentials-rejected')


@case('digest', 'pbc4')
def digest_wrong_password_git(c):
    """git, wrong password"""
    c.client = GIT
    c.git('digest', 'dave', pw=WRONG, how='digest')
    wrong(c, 'digest-mismatch', 'credentials-rejected')


@case('digest')
def digest_wrong_password_java(c):
    """Java HttpURLConnection, one request with a wrong password: repeated on new connections until its limit"""
    c.client, c.findings = JURL, ('retry-loop',)
    c.java('Url', 'digest', 'alice', pw=WRONG)
    wrong(c, 'digest-mismatch', 'credentials-rejected', 'retry-loop')


@case('digest', 'pbc2')
def digest_wrong_password_urllib(c):
    """urllib, wrong password: six tries on six connections"""
    c.client = URLLIB
    c.urllib('digest', 'bob', WWW, kind='digest', pw=WRONG)
    wrong(c, 'digest-mismatch', 'credentials-rejected', 'retry-loop')


@case('digest', 'pbc3')
def digest_unknown_user(c):
    """a user that the proxy does not know"""
    c.curl('digest', 'nobody77', how='--proxy-digest', pw=WRONG)
    wrong(c, 'digest-mismatch', 'credentials-rejected')


@case('digest', 'pbc4')
def digest_no_credentials(c):
    """curl without credentials against a Digest proxy"""
    c.curl('digest')


@case('digest')
def digest_typo_then_ok(c):
    """wrong password once, then the right one"""
    c.curl('digest', 'alice', how='--proxy-digest', pw=WRONG)
    time.sleep(2)
    c.curl('digest', 'alice', how='--proxy-digest')
    wrong(c, 'digest-mismatch', 'credentials-rejected')


# --- nonces ---------------------------------------------------------------------------------------------------
def session_rows(c, inst, user='alice', refused=1):
    """A session that is good although a nonce went stale in it: nobody's fault."""
    return [row(c.ip, c.at(inst), 'Digest', 'authenticated', user=user, count=1, count_min=1),
            row(c.ip, c.at(inst), 'Digest', 'rejected', 'authenticate', 'digest-stale-nonce', user, refused, optional=True,
                cause_ok=['digest-stale-nonce'], count_min=0)]


@case('digest', 'pbc2')
def digest_stale_once_then_ok(c):
    """nonces live one second: two good requests, a pause, 407 with stale=true, the same request with the new nonce, good: all is well"""
    k, ch = ask(c, 'dshort')
    k.get(WWW, answer(ch, nc=1))
    k.get(WWW + 'a', answer(ch, nc=2, uri=WWW + 'a'))
    time.sleep(2.5)
    ch2 = challenge(k.get(WWW + 'b', answer(ch, nc=3, uri=WWW + 'b')))
    k.get(WWW + 'b', answer(ch2 or ch, nc=1, uri=WWW + 'b'))
    k.close()
    c.rows = session_rows(c, 'dshort')


@case('digest', 'pbc3')
def digest_nonce_max_count(c):
    """a nonce is good for three requests: nine requests on one connection, stale=true in between, each time answered with the new nonce"""
    k, ch = ask(c, 'dcount')
    nc = stale = 0
    for i in range(9):
        nc += 1
        new = challenge(k.get(WWW + str(i), answer(ch, nc=nc, uri=WWW + str(i))))
        if new:
            ch, nc, stale = new, 1, stale + 1
            k.get(WWW + str(i), answer(ch, nc=nc, uri=WWW + str(i)))
    k.close()
    c.rows = session_rows(c, 'dcount')
    c.notes = f'{stale} of the 407s say stale=true'


@case('digest', 'pbc4')
def digest_stale_loop_curl(c):
    """a proxy whose nonces are all stale at once: curl follows stale=true until its limit (50)"""
    c.proxy, c.findings = SCRIPT, ('digest-stale-nonce',)
    c.curl('stale', 'alice', how='--proxy-digest')
    wrong(c, 'digest-stale-nonce', 'retry-loop')


@case('digest')
def digest_stale_loop_java(c):
    """the same proxy and Java: every answer on a new connection"""
    c.proxy, c.client, c.findings = SCRIPT, JURL, ('digest-stale-nonce',)
    c.java('Url', 'stale', 'alice')
    wrong(c, 'digest-stale-nonce', 'retry-loop')


@case('digest', 'pbc2')
def digest_unknown_nonce(c):
    """a nonce that this proxy never gave (kept from before its restart): stale=true; the client does not follow"""
    c.client = RAW
    k = Conn(c, 'digest')
    k.get(WWW, answer(dict(realm='Lab web proxy', nonce='7f3a9c5512d04e6b8a1f20c9d3e4b5a6')))
    k.close()
    wrong(c, 'digest-stale-nonce', 'digest-mismatch')


@case('digest', 'pbc3')
def digest_unknown_nonce_wrong_password(c):
    """a foreign nonce and a wrong password: squid says stale=true all the same, then, with its own nonce, stale=false"""
    c.client = RAW
    k = Conn(c, 'digest')
    ch = challenge(k.get(WWW, answer(dict(realm='Lab web proxy', nonce='7f3a9c5512d04e6b8a1f20c9d3e4b5a6'), pw=WRONG)))
    k.get(WWW, answer(ch, pw=WRONG))
    k.close()
    wrong(c, 'digest-mismatch', 'credentials-rejected', 'digest-stale-nonce')
    c.notes = 'the last word is stale=false with the proxy\'s own nonce: a wrong password'


@case('digest', 'pbc4', auto=False)
def digest_two_nodes_do_not_share_nonces(c):
    """haproxy deals connections to two squids by turns; urllib answers on a new connection, so every answer reaches the node that did not give the nonce: stale=true for ever, with the right password"""
    c.proxy, c.client = f'{SQUID} x 2 behind {HAP} (tcp, round robin)', URLLIB
    c.findings = ('digest-stale-nonce',)
    for n in ('dnode1', 'dnode2'):      # squids that make their first nonce in the same second make the same nonces
        srv.stop(n)
        srv.start(n)
        c.curl(n)
        time.sleep(1.5)
    c.start()
    c.urllib('farm', 'dave', WWW, kind='digest')
    es = []
    for n in ('dnode1', 'dnode2'):
        with open(f'{LAB}/log/{n}.access.log') as f:
            f.seek(c.pos.get(f.name, 0))
            es += [l.strip() for l in f if ' 407 ' in l or ' 200 ' in l]
    es.sort()
    c.log = [re.sub(r' auth=.*', '', l) for l in es]
    c.n407 = sum(' 407 ' in l for l in es)
    refused = sum(' 407 ' in l and 'auth=Digest' in l for l in es)
    c.rows = [row(c.ip, c.at('farm'), 'Digest', 'rejected', 'authenticate', 'digest-stale-nonce', 'dave', refused,
                  cause_ok=['digest-stale-nonce', 'retry-loop', 'handshake-split'])]


@case('digest')
def digest_repeated_nc(c):
    """nonce_strictness on, the client sends the same nc with every request: good, then refused with stale=true"""
    k, ch = ask(c, 'dstrict')
    for i in range(4):
        k.get(WWW, answer(ch, nc=1))
    k.close()
    wrong(c, 'digest-stale-nonce', 'digest-mismatch')


# --- requests that a client got wrong -------------------------------------------------------------------------
@case('digest', 'pbc2')
def digest_wrong_realm(c):
    """the client answers with the realm of another proxy (cached)"""
    k, ch = ask(c, 'digest')
    k.get(WWW, answer({**ch, 'realm': 'Old gateway'}))
    k.close()
    wrong(c, 'digest-mismatch', 'stale-cached-credentials', 'credentials-rejected')


@case('digest', 'pbc3')
def digest_missing_fields(c):
    """answers without response, without nonce, without username, with a response of the wrong length"""
    c.client = RAW
    for drop, over in ((('response',), {}), (('nonce',), {}), (('username',), {}), ((), {'response': 'd41d8cd98f00b204'})):
        k, ch = ask(c, 'digest')
        k.get(WWW, answer(ch, drop=drop, **over))
        k.close()
    c.secrets += ['d41d8cd98f00b204']
    wrong(c, 'malformed-token', 'digest-mismatch', user_ok=['alice', None])


@case('digest', 'pbc4')
def digest_qop_without_nc(c):
    """qop given, nc and cnonce left out; then a qop that was not offered (auth-int)"""
    for drop, over in ((('nc', 'cnonce'), {}), ((), {'qop': 'auth-int'})):
        k, ch = ask(c, 'digest')
        k.get(WWW, answer(ch, drop=drop, **over))
        k.close()
    wrong(c, 'digest-mismatch', 'malformed-token')


@case('digest')
def digest_wrong_algorithm(c):
    """the client answers a challenge for MD5 with algorithm=SHA-256"""
    k, ch = ask(c, 'digest')
    k.get(WWW, answer(ch, algorithm='SHA-256'))
    k.close()
    wrong(c, 'digest-mismatch', 'malformed-token')


@case('digest', 'pbc2')
def digest_wrong_method_hashed(c):
    """the client hashes GET into a POST's response: GET is good, POST is refused"""
    k, ch = ask(c, 'digest')
    k.get(WWW, answer(ch, nc=1))
    k.get(WWW, answer(ch, nc=2), 'Content-Length: 4', method='POST', body=b'a=b\n')
    k.close()
    wrong(c, 'digest-mismatch', 'credentials-rejected')


@case('digest', 'pbc3')
def digest_retry_loop(c):
    """an agent with a wrong password, ten times, four a second, HEAD"""
    c.client, c.findings = RAW, ('retry-loop',)
    for _ in range(10):
        k = Conn(c, 'digest')
        ch = challenge(k.get(API, method='HEAD'))
        k.get(API, answer(ch, user='svc-agent', pw='Svc-Forge-0000', method='HEAD', uri=API), method='HEAD')
        k.close()
        time.sleep(.2)
    wrong(c, 'retry-loop', 'digest-mismatch', 'credentials-rejected')
