# SPDX-License-Identifier: BSD-2-Clause
"""Basic: good logins, wrong ones, and the ways a right password gets spoilt on its way."""
import configparser, os, subprocess, time
from common import HERE, LAB, MANY, PW, PX
from lab import *
import srv, users

WRONG = 'Wr0ng-Gravel-44'
BACKGROUND = dict(optional=True, count_min=1)       # what a browser asks for by itself and never logs in for
MALFORMED = ['malformed-token', 'credentials-rejected']


# --- good logins ----------------------------------------------------------------------------------------------
@case('basic')
def basic_ok_curl(c):
    """curl --proxy-basic sends the credentials at once: a good login without any 407"""
    c.curl('basic', 'alice')


@case('basic', 'pbc2')
def basic_ok_wget(c):
    """wget with --proxy-user sends the credentials at once; three files on one connection"""
    c.client = WGET
    c.wget('basic', 'bob', WWW, WWW + 'size/900', WWW + 'size/2000')


@case('basic', 'pbc3')
def basic_ok_node(c):
    """Node's http module with a ready-made Proxy-Authorization header, three requests on the one connection that it keeps alive"""
    c.client = NODE
    c.node('basic', 'carol', n=3)


@case('basic', 'pbc4')
def basic_ok_requests(c):
    """python-requests session with user:password in the proxy URL (special characters percent-encoded as they must be), three requests"""
    c.client = REQ
    c.requests('basic', 'erin', WWW, WWW + 'a', API)


@case('basic')
def basic_ok_git_after_offer(c):
    """git clone with http.proxyAuthMethod anyauth: a first request without credentials, 407, then the answer on the same connection"""
    c.client = GIT
    c.git('basic', 'alice')


@case('basic', 'pbc2')
def basic_ok_java_after_offer(c):
    """Java HttpURLConnection with an Authenticator waits for the offer and answers it on the next connection; two URLs"""
    c.client = JURL
    c.java('Url', 'basic', 'dave', WWW, API)


@case('basic', 'pbc3')
def basic_ok_java_http_client(c):
    """java.net.http.HttpClient waits for the offer, then two URLs with credentials"""
    c.client = JHC
    c.java('Hc', 'basic', 'dave', WWW, API)


@case('basic', 'pbc4')
def basic_ok_urllib_after_offer(c):
    """Python urllib with ProxyBasicAuthHandler waits for the offer, closes, and answers on a new connection"""
    c.client = URLLIB
    c.urllib('basic', 'carol', WWW)


@case('basic')
def basic_ok_connect(c):
    """curl, credentials on the CONNECT, TLS inside the tunnel"""
    c.curl('basic', 'alice', 'https://www.example.test/')


@case('basic', 'pbc2')
def basic_ok_connect_git(c):
    """git over https: CONNECT without credentials, 407, CONNECT with credentials on the same connection"""
    c.client = GIT
    c.git('basic', 'bob', url='https://www.example.test/repo.git')


@case('basic', 'pbc3')
def basic_ok_keepalive(c):
    """Node keep-alive agent: eight requests on one connection, each with the credentials; one attempt"""
    c.client = NODE
    c.node('basic', 'judy', n=8)


# --- wrong ones -----------------------------------------------------------------------------------------------
@case('basic')
def basic_wrong_password_curl(c):
    """curl with a wrong password: one request, one 407, it gives up"""
    c.curl('basic', 'alice', pw=WRONG)


@case('basic', 'pbc2')
def basic_wrong_password_wget(c):
    """wget with a wrong password"""
    c.client = WGET
    c.wget('basic', 'bob', pw=WRONG)


@case('basic', 'pbc3')
def basic_wrong_password_node(c):
    """Node with a wrong password, two requests on the one connection that it keeps alive"""
    c.client = NODE
    c.node('basic', 'carol', pw=WRONG, n=2)


@case('basic', 'pbc4')
def basic_wrong_password_requests(c):
    """python-requests with a wrong password, http and then https (CONNECT)"""
    c.client = REQ
    c.requests('basic', 'dave', WWW, 'https://www.example.test/', pw=WRONG)


@case('basic')
def basic_wrong_password_git(c):
    """git with a wrong password: offer, answer, refused"""
    c.client = GIT
    c.git('basic', 'alice', pw=WRONG)


@case('basic', 'pbc2')
def basic_wrong_password_java(c):
    """Java HttpURLConnection, ONE request with a wrong password: the program itself sends the same password again and again, every time on a new connection"""
    c.client, c.tags = JURL, ('java', 'storm')
    c.java('Url', 'basic', 'bob', pw=WRONG)
    c.amend = dict(rejected=dict(cause_ok=['credentials-rejected', 'retry-loop']))
    c.findings = ('retry-loop', 'credentials-rejected')


@case('basic', 'pbc3')
def basic_wrong_password_java_http_client(c):
    """java.net.http.HttpClient with a wrong password: gives up after a few tries"""
    c.client, c.tags = JHC, ('java',)
    c.java('Hc', 'basic', 'carol', pw=WRONG)
    c.amend = dict(rejected=dict(cause_ok=['credentials-rejected', 'retry-loop']))


@case('basic', 'pbc4')
def basic_wrong_password_urllib(c):
    """urllib with a wrong password: Basic once, then it stops"""
    c.client = URLLIB
    c.urllib('basic', 'dave', WWW, pw=WRONG)


@case('basic', 'pbc2')
def basic_wrong_password_apt(c):
    """apt-get update and a wrong password: the credentials go with every request, every request gets its 407, on one connection"""
    c.client, c.tags = APT, ('apt',)
    c.apt('basic', 'svc-build', 1, pw='Svc-Plaster-0001')
    c.amend = dict(rejected=dict(cause_ok=['credentials-rejected', 'retry-loop']))


@case('basic', 'pbc3')
def basic_ok_apt(c):
    """apt-get update with the right password (the origin has no such files: 404, which is no business of the proxy)"""
    c.client, c.tags = APT, ('apt',)
    c.apt('basic', 'svc-build', 1)


@case('basic')
def basic_wrong_password_connect(c):
    """curl, wrong password on a CONNECT"""
    c.curl('basic', 'alice', 'https://www.example.test/', pw=WRONG)


@case('basic')
def basic_unknown_user(c):
    """curl with a user that the proxy does not know: the same 407 as a wrong password"""
    c.curl('basic', 'nobody77', pw=WRONG)


# --- spoilt on the way ----------------------------------------------------------------------------------------
@case('basic', cause='malformed-token')
def basic_percent_encoded(c):
    """the password holds an @; somebody percent-encoded it for a program that takes it as it is (wget --proxy-password): %40 is sent"""
    c.client = WGET
    c.amend = dict(rejected=dict(cause_ok=MALFORMED))
    c.wget('basic', 'erin', pw=PW['erin'].replace('@', '%40'))


@case('basic', 'pbc2', cause='malformed-token')
def basic_percent_encoded_twice(c):
    """python-requests, the password was percent-encoded twice in the proxy URL; another program of the machine sends it right"""
    c.client = f'{REQ}; {CURL}'
    c.amend = dict(rejected=dict(cause_ok=MALFORMED))
    c.requests('basic', 'erin', WWW, API, pw=PW['erin'].replace('@', '%40'))
    c.curl('basic', 'erin')


@case('basic', 'pbc3', cause='malformed-token')
def basic_trailing_newline(c):
    """the secret was read from a file with a newline at its end (the newline is part of what is sent)"""
    c.client = NODE
    c.amend = dict(rejected=dict(cause_ok=MALFORMED))
    c.node('basic', 'svc-build', pw=PW['svc-build'] + '\n', n=2)


@case('basic', 'pbc4', cause='malformed-token')
def basic_quoted(c):
    """an env file kept the quotes: user and password are sent with them"""
    c.amend = dict(rejected=dict(cause_ok=MALFORMED))
    c.curl('basic', '"svc-build', pw=PW['svc-build'] + '"')
    c.curl('basic', 'svc-build', pw="'" + PW['svc-build'] + "'")


@case('basic', cause='malformed-token')
def basic_cut_short(c):
    """carol works; a job of hers has the same password unquoted in an ini file, where '#' begins a comment: what is left of it is refused, twice"""
    ini = configparser.ConfigParser(inline_comment_prefixes='#;', comment_prefixes='#;', interpolation=None)
    whole, cut = PW['carol'], PW['carol'].split('#')[0]
    ini.read_string(f'[proxy]\nuser = carol\npassword = {whole.replace("#", " #")}\n')
    assert ini['proxy']['password'] == cut
    c.amend = dict(rejected=dict(cause_ok=MALFORMED))
    c.curl('basic', 'carol')
    for _ in range(2):
        c.curl('basic', ini['proxy']['user'], pw=ini['proxy']['password'])
    c.secrets += [cut]


@case('basic', cause='malformed-token')
def basic_bytes_repr(c):
    """a program written for Python 2 puts a bytes object into the header: Proxy-Authorization: Basic b'...'"""
    c.client = RAW
    k = Conn(c, 'basic')
    k.get(WWW, f"Proxy-Authorization: Basic b'{b64('svc-build:' + PW['svc-build'])}'", ua='python-urllib3/1.24')
    k.close()
    c.secrets += [b64('svc-build:' + PW['svc-build']), PW['svc-build']]
    c.amend = dict(rejected=dict(user=None, user_ok=[None, 'svc-build'], cause_ok=MALFORMED))


@case('basic', 'pbc3', cause='malformed-token')
def basic_word_twice(c):
    """a program that writes "Basic" itself is given a value that begins with it, too"""
    c.client = RAW
    k = Conn(c, 'basic')
    k.get(WWW, 'Proxy-Authorization: Basic Basic ' + b64('svc-build:' + PW['svc-build']), ua='ci-runner/3.2')
    k.close()
    c.secrets += [b64('svc-build:' + PW['svc-build']), PW['svc-build']]
    c.amend = dict(rejected=dict(user=None, user_ok=[None, 'svc-build'], cause_ok=MALFORMED))


@case('basic', cause='malformed-token')
def basic_doubled_backslash(c):
    """a script keeps the backslash of DOMAIN\\user escaped: two of them arrive, with the right password"""
    c.amend = dict(rejected=dict(user='LAB\\\\heidi', user_ok=['LAB\\\\heidi', 'LAB\\heidi', '\\heidi', 'heidi'], cause_ok=MALFORMED))
    c.curl('basic', 'LAB\\\\heidi', pw=PW['LAB\\heidi'])


@case('basic', 'pbc2', cause='malformed-token')
def basic_no_colon(c):
    """a token put where user:password belongs: the decoded value has no colon"""
    c.client = RAW
    k = Conn(c, 'basic')
    k.get(WWW, 'Proxy-Authorization: Basic ' + b64('tok-6f1be02c9d7744aa'))
    k.close()
    c.secrets += ['tok-6f1be02c9d7744aa']
    c.amend = dict(rejected=dict(user=None, user_ok=[None], cause_ok=MALFORMED))


@case('basic', 'pbc3', cause='malformed-token')
def basic_empty_user(c):
    """the variable for the user was not set: ':password' is sent"""
    c.curl('basic', '', pw=PW['svc-build'])
    c.amend = dict(rejected=dict(user=None, user_ok=[None, ''], cause_ok=MALFORMED + ['no-credentials']))


@case('basic', 'pbc4', cause='malformed-token')
def basic_empty_password(c):
    """the variable for the password was not set: 'svc-build:' is sent, on http and on a CONNECT"""
    c.curl('basic', 'svc-build', pw='')
    c.curl('basic', 'svc-build', 'https://www.example.test/', pw='')
    c.amend = dict(rejected=dict(cause_ok=MALFORMED + ['no-credentials']))


@case('basic', cause='no-credentials')
def basic_placeholder_user_password(c):
    """the example of the manual was never filled in: user:password"""
    c.curl('basic', 'user', pw='password')
    c.amend = dict(rejected=dict(cause_ok=['no-credentials', 'credentials-rejected']))


@case('basic', 'pbc2', cause='no-credentials')
def basic_placeholder_variables(c):
    """a CI job whose secrets were not substituted: the names of the two variables are sent as they stand, three steps of the job"""
    c.client = f'{WGET}; {CURL}'
    c.wget('basic', '${PROXY_USER}', pw='${PROXY_PASS}')
    c.curl('basic', '${PROXY_USER}', 'https://www.example.test/', pw='${PROXY_PASS}')
    c.curl('basic', '${PROXY_USER}', API, pw='${PROXY_PASS}')
    c.amend = dict(rejected=dict(cause_ok=['no-credentials', 'credentials-rejected']))


@case('basic', 'pbc3', cause='malformed-token')
def basic_latin1_against_utf8(c):
    """a password with umlauts: one program sends it in Latin-1 and is refused, another sends UTF-8 and passes (the proxy's file is UTF-8)"""
    c.client = f'{RAW}; {CURL}'
    k = Conn(c, 'basic')
    k.get(WWW, 'Proxy-Authorization: Basic ' + b64(f'gabi:{PW["gabi"]}'.encode('latin1')), ua='OldTool/2.1')
    k.close()
    c.curl('basic', 'gabi')
    c.amend = dict(rejected=dict(cause_ok=MALFORMED))


@case('basic', 'pbc4', cause='malformed-token')
def basic_not_base64(c):
    """the header holds user:password in clear, not base64"""
    c.client = RAW
    k = Conn(c, 'basic')
    k.get(WWW, f'Proxy-Authorization: Basic svc-build:{PW["svc-build"]}', ua='homemade/0.3')
    k.close()
    c.secrets += [PW['svc-build']]
    c.amend = dict(rejected=dict(user=None, user_ok=[None, 'svc-build'], cause_ok=MALFORMED))


@case('basic', cause='malformed-token')
def basic_wrapped(c):
    """base64 wrapped after 64 characters (the base64 tool without -w0), the rest on a folded line"""
    c.client = RAW
    v = b64('svc-build:' + PW['svc-build'] + '-and-a-very-long-tail-of-a-generated-secret-0123456789')
    k = Conn(c, 'basic')
    k.get(WWW, f'Proxy-Authorization: Basic {v[:64]}\r\n {v[64:]}')
    k.close()
    c.secrets += [v, v[:64], v[64:], PW['svc-build'] + '-and-a-very-long-tail-of-a-generated-secret-0123456789']
    c.amend = dict(rejected=dict(user_ok=[None, 'svc-build'], cause_ok=MALFORMED))


@case('basic', 'pbc2', cause='malformed-token')
def basic_scheme_missing(c):
    """Proxy-Authorization without a scheme: the bare base64"""
    c.client = RAW
    v = b64('svc-build:' + PW['svc-build'])
    k = Conn(c, 'basic')
    k.get(WWW, 'Proxy-Authorization: ' + v)
    k.close()
    c.secrets += [v]
    c.rows = [row(c.ip, c.at('basic'), 'none', 'rejected', 'authenticate', 'malformed-token', count=1, user_ok=[None, 'svc-build'],
                  scheme_ok=['none', 'Basic', v, 'unknown'], outcome_ok=['rejected', 'abandoned'], broke_at_ok=['authenticate', 'offer'])]


# --- people and machines --------------------------------------------------------------------------------------
@case('basic', 'pbc3')
def basic_typo_then_ok(c):
    """a person mistypes the password once, then gets it right four seconds later (curl twice)"""
    c.curl('basic', 'dave', pw='D0lmen!Fren-93')
    time.sleep(4)
    c.curl('basic', 'dave')


@case('basic', 'pbc4')
def basic_typo_then_ok_same_connection(c):
    """wrong, then right, on the same connection: two attempts"""
    c.client = RAW
    k = Conn(c, 'basic')
    k.get(WWW, 'Proxy-Authorization: Basic ' + b64('dave:D0lmen!Fren-93'), ua='Mozilla/5.0 (X11; Linux x86_64) LabBrowser/1.0')
    time.sleep(2)
    k.get(WWW, 'Proxy-Authorization: Basic ' + b64('dave:' + PW['dave']), ua='Mozilla/5.0 (X11; Linux x86_64) LabBrowser/1.0')
    k.get(API, 'Proxy-Authorization: Basic ' + b64('dave:' + PW['dave']), ua='Mozilla/5.0 (X11; Linux x86_64) LabBrowser/1.0')
    k.close()


def change_password(user, new):
    """Write the file of the squids that may change, and wait until they have noticed."""
    users.htpasswd(LAB + '/etc/users-change', {**PW, user: new} if new else PW)
    time.sleep(3.2)


@case('basic', 'pbc1', cause='stale-cached-credentials')
def basic_password_changed(c):
    """good logins; then the password of svc-backup is changed on the proxy; the same client goes on with the old one (4 refused), another machine has the new one and passes"""
    new = 'Svc-Lantern-4480'
    for _ in range(2):
        c.curl('change', 'svc-backup', API)
    change_password('svc-backup', new)
    for _ in range(4):
        c.curl('change', 'svc-backup', API)
        c.curl('change', 'svc-backup', API, pw=new, host='pbc2')
        time.sleep(.4)
    c.secrets += [new]
    c.amend = dict(rejected=dict(cause_ok=['stale-cached-credentials', 'credentials-rejected', 'credentials-expired']))
    c.findings = ('stale-cached-credentials',)
    c.stop()
    change_password('svc-backup', None)


@case('basic', 'pbc2', cause='stale-cached-credentials')
def basic_stale_agent_beside_good_user(c):
    """judy changed her password: a background agent on her machine goes on with the old one (6 refused, one every half second), she works with the new one (Node keep-alive, 5 requests; curl twice)"""
    c.client = f'{WGET} as agent; {NODE}; {CURL}'
    for i in range(6):
        c.wget('basic', 'judy', API + 'sync', pw='Tw1g"Finch-21')
        if i == 2:
            c.node('basic', 'judy', n=5)
        if i in (3, 4):
            c.curl('basic', 'judy')
        time.sleep(.4)
    c.amend = dict(rejected=dict(cause_ok=['stale-cached-credentials', 'credentials-rejected', 'retry-loop']))
    c.findings = ('stale-cached-credentials',)


@case('basic', 'pbc3')
def basic_retry_loop(c):
    """an agent with a wrong password tries again for ever: 30 requests in eight seconds, each on a new connection, HEAD requests"""
    c.client, c.tags, c.findings = RAW, ('storm',), ('retry-loop',)
    for _ in range(30):
        k = Conn(c, 'basic')
        k.get(API + 'heartbeat', 'Proxy-Authorization: Basic ' + b64('svc-agent:Svc-Forge-0000'), method='HEAD', ua='UpdateAgent/4.2')
        k.close()
        time.sleep(.25)
    c.amend = dict(rejected=dict(cause='retry-loop', cause_ok=['retry-loop', 'credentials-rejected']))


@case('basic', 'pbc4')
def basic_retry_loop_same_connection(c):
    """the same wrong password 12 times on one connection: one attempt with 12 requests"""
    c.client, c.tags, c.findings = RAW, ('storm',), ('retry-loop',)
    k = Conn(c, 'basic')
    for _ in range(12):
        k.get(API + 'heartbeat', 'Proxy-Authorization: Basic ' + b64('svc-agent:Svc-Forge-0000'), method='HEAD', ua='UpdateAgent/4.2')
    k.close()
    c.amend = dict(rejected=dict(cause='retry-loop', cause_ok=['retry-loop', 'credentials-rejected']))


@case('basic', 'pbc1')
def basic_guessing(c):
    """somebody guesses: five different passwords for one user, three to four seconds of thought shortened to one"""
    for pw in ('Summer2026!', 'Winter2026!', 'Carol123456', 'Meadow#Lark', 'Me4dow#Lark'):
        c.curl('basic', 'carol', pw=pw)
        time.sleep(1)


@case('basic', 'pbc2')
def basic_name_form(c):
    """the proxy knows 'alice'; the client sends LAB\\alice and alice@lab.test with the right password; then plain alice passes"""
    c.curl('basic', 'LAB\\alice', pw=PW['alice'])
    c.curl('basic', 'alice@lab.test', pw=PW['alice'])
    c.curl('basic', 'alice')


@case('basic', 'pbc3')
def basic_domain_users_ok(c):
    """users whose names hold a domain: LAB\\heidi and ivan@corp.example, both good; ivan again with a wrong password"""
    c.client = f'{CURL}; {WGET}'
    c.curl('basic', 'LAB\\heidi')
    c.wget('basic', 'ivan@corp.example')
    c.wget('basic', 'ivan@corp.example', pw=WRONG)


@case('basic', 'pbc4')
def basic_colon_in_password_ok(c):
    """a password with colons in it: squid splits at the first one only, all is well"""
    c.curl('basic', 'frank')


# --- no credentials -------------------------------------------------------------------------------------------
@case('basic')
def basic_no_credentials_curl(c):
    """curl without credentials: asked, never answers"""
    c.curl('basic')


@case('basic', 'pbc2')
def basic_no_credentials_git_connect(c):
    """git without credentials over https: CONNECT answered 407"""
    c.client = GIT
    c.git('basic', url='https://www.example.test/repo.git')


@case('basic', 'pbc3')
def basic_no_credentials_agent_every_second(c):
    """a daemon that has no proxy credentials (as docker without its proxy settings) asks every second, six times; a person on the same machine logs in well meanwhile"""
    c.client = f'{RAW}; {CURL}'
    for i in range(6):
        k = Conn(c, 'basic')
        k.get('registry.example.test:443', method='CONNECT', ua='docker/24.0.7 go/go1.20.10 git-commit/311b9ff kernel/6.1.0 os/linux arch/amd64')
        k.close()
        time.sleep(.5)
        if i in (1, 4):
            c.curl('basic', 'carol')
        time.sleep(.5)
    c.amend = dict(abandoned=dict(count_min=1))
    c.notes = 'six connections one after the other for one target: one attempt each, or one attempt in all, are both tolerated (count_min 1)'
    c.findings = ('no-credentials',)


@case('basic', 'pbc4')
def basic_spare_connections_unanswered(c):
    """a client without credentials opens three connections for one target at once, is asked on each, answers on none: one attempt"""
    c.client = RAW
    ks = [Conn(c, 'basic') for _ in range(3)]
    for k in ks:
        k.get('www.example.test:443', method='CONNECT', ua='Mozilla/5.0 (X11; Linux x86_64) LabBrowser/1.0')
    time.sleep(1.5)
    for k in ks:
        k.close()
    c.amend = dict(abandoned=dict(count=1))


# --- the wrong scheme or the wrong place -----------------------------------------------------------------------
@case('basic', cause='scheme-mismatch')
def basic_sent_to_negotiate_only(c):
    """squid offers only Negotiate and NTLM; curl, wget and requests send Basic all the same"""
    c.client = f'{CURL}; {WGET}; {REQ}'
    c.curl('nego', 'alice')
    c.wget('nego', 'alice')
    c.requests('nego', 'alice', WWW)
    c.curl('nego', 'alice', 'https://www.example.test/')
    c.amend = dict(rejected=dict(broke_at='offer', broke_at_ok=['offer', 'authenticate'], cause_ok=['scheme-mismatch']))


@case('basic', 'pbc2', cause='scheme-mismatch')
def basic_client_wants_digest(c):
    """curl --proxy-digest against a proxy that offers only Basic: never answers"""
    c.curl('basic', 'alice', how='--proxy-digest')
    c.amend = dict(abandoned=dict(cause='scheme-mismatch', cause_ok=['scheme-mismatch', 'no-credentials']))


@case('basic', 'pbc3', cause='scheme-mismatch')
def basic_sent_to_digest_only(c):
    """curl --proxy-basic against a Digest-only squid: the password goes out in clear for nothing"""
    c.curl('digest', 'alice')
    c.amend = dict(rejected=dict(broke_at='offer', broke_at_ok=['offer', 'authenticate'], cause_ok=['scheme-mismatch']))


@case('basic', 'pbc4')
def basic_credentials_in_authorization(c):
    """the program puts the proxy's credentials into Authorization instead of Proxy-Authorization (GET and CONNECT)"""
    cred = 'Authorization: Basic ' + b64('carol:' + PW['carol'])
    c.client = RAW
    k = Conn(c, 'basic')
    k.get(WWW, cred)
    k.close()
    k = Conn(c, 'basic')
    k.get('www.example.test:443', cred, method='CONNECT')
    k.close()
    c.rows = [row(c.ip, c.at('basic'), 'none', 'abandoned', 'offer', 'wrong-header', None, 2, cause_ok=['wrong-header'],
                  scheme_ok=['none', 'Basic'], outcome_ok=['abandoned', 'rejected'], user_ok=[None, 'carol'])]


@case('basic')
def basic_credentials_not_on_connect(c):
    """the program sets Proxy-Authorization on its requests, which works for http, but not on the CONNECT, which is refused (curl -H for GET, nothing for CONNECT)"""
    h = f"-H 'Proxy-Authorization: Basic {b64('carol:' + PW['carol'])}'"
    c.curl('basic', None, WWW, how=h)
    c.curl('basic', None, 'https://www.example.test/', how=h)
    c.joined = False
    c.amend = dict(abandoned=dict(cause='wrong-header', cause_ok=['wrong-header', 'no-credentials']))


@case('basic', 'pbc2')
def basic_java_silent_on_connect(c):
    """Java 17 HttpURLConnection has Basic switched off for CONNECT: the GET goes through, the https URL is asked and never answered"""
    c.client, c.tags, c.joined = JURL, ('java',), False
    c.java('Url', 'basic', 'dave', 'https://www.example.test/', WWW)
    c.rows = [row(c.ip, c.at('basic'), 'none', 'abandoned', 'offer', 'scheme-mismatch', None, 1, cause_ok=['scheme-mismatch', 'no-credentials']),
              row(c.ip, c.at('basic'), 'Basic', 'authenticated', None, None, 'dave', 1)]


@case('basic', 'pbc3')
def basic_java_http_client_silent_on_connect(c):
    """java.net.http.HttpClient, https only: CONNECT answered 407, nothing more"""
    c.client, c.tags = JHC, ('java',)
    c.java('Hc', 'basic', 'dave', 'https://www.example.test/')
    c.amend = dict(abandoned=dict(cause='scheme-mismatch', cause_ok=['scheme-mismatch', 'no-credentials']))


# --- right password, and still no ------------------------------------------------------------------------------
@case('basic')
def basic_403_after_right_password(c):
    """an ACL denies this destination with 403 to a user whose password is right: authenticated, not authorised"""
    c.curl('acl403', 'bob', WWW)
    c.curl('acl403', 'bob', API)
    c.curl('acl403', 'bob', 'https://api.saas.test/')


@case('basic', 'pbc2')
def basic_acl_407_after_right_password(c):
    """the last ACL is one on the user's name (http_access deny !ok): squid answers 407 to bob, whose password is right; alice passes; elsewhere bob's password works"""
    c.curl('acl407', 'bob')
    c.curl('acl407', 'alice')
    c.curl('basic', 'bob')
    c.amend = dict(rejected=dict(cause_ok=['credentials-rejected', 'other', 'policy-change']))
    c.notes = 'on the wire a wrong password and a user who is not allowed look alike; only bob\'s success at the other proxy hints at it'


@case('basic', 'pbc3')
def basic_apache_user_not_allowed(c):
    """Apache Require user alice bob: carol's password is right, her 407 is the same as that of a wrong password; bob passes"""
    c.proxy, c.client = APACHE, CURL
    c.curl('apache', 'carol')
    c.curl('apache', 'bob')
    c.amend = dict(rejected=dict(cause_ok=['credentials-rejected', 'other']))


@case('basic', 'pbc4')
def basic_apache_ok_and_wrong(c):
    """Apache mod_proxy with Basic: git good (after the offer), curl wrong"""
    c.proxy, c.client = APACHE, f'{GIT}; {CURL}'
    c.git('apache', 'bob')
    c.curl('apache', 'alice', pw=WRONG)


@case('basic', 'pbcm')
def basic_max_user_ip_403(c):
    """max_user_ip: the same user from a second address within the minute gets 403, not 407"""
    c.curl('maxip', 'erin', src='10.79.2.1')
    c.curl('maxip', 'erin', src='10.79.2.2')


@case('basic', 'pbcm')
def basic_one_client_refused(c):
    """a rule refuses one address after it asked who it is: erin gets in from another one before and after, frank before only"""
    for user, client in (('erin', 1), ('frank', 1), ('erin', 2), ('erin', 2), ('frank', 2), ('erin', 1)):
        c.curl('oneclient', user, src=f'10.79.2.{client}', how='--proxy-basic --head')
        time.sleep(1)

    def why(r):
        if r['outcome'] == 'rejected':
            erin = r['user'] == 'erin'
            r.update(cause='other' if erin else 'credentials-rejected', cause_ok=['other'] if erin else ['credentials-rejected', 'other'])
    c.amend = why
    c.notes = 'of frank the wire cannot tell whether it is the rule, or that the account was locked in between'


@case('basic')
def basic_per_url(c):
    """one destination needs no authentication (mirror), the others do: a client without credentials gets some pages and 407s for others"""
    for u in ('http://mirror.example.test/', WWW, 'http://mirror.example.test/a', API):
        c.curl('perurl', None, u)
    c.amend = dict(abandoned=dict(cause_ok=['no-credentials', 'other']))


# --- the proxy's backend --------------------------------------------------------------------------------------
def crowd(c, inst, names, urls=(WWW,), at=0):
    """Every user of the list once, each from an address of its own, all within a second or two."""
    ps = []
    for i, n in enumerate(names):
        ps.append(c.curl(inst, n, *urls, src=f'10.79.2.{at + i + 1}', bg=True))
        time.sleep(.05)
    for p in ps:
        p.wait(30)


@case('basic', 'pbcm', cause='auth-backend-down')
def basic_backend_down_12_users(c):
    """12 users pass; the directory behind the helper goes away (helper answers BH): all 12 are refused within two seconds; it comes back: all pass"""
    c.findings, c.tags = ('auth-backend-down',), ('outage',)
    flag = LAB + '/run/backend-down'
    crowd(c, 'switch', MANY[:12])
    time.sleep(1.5)
    open(flag, 'w').close()
    crowd(c, 'switch', MANY[:12])
    os.unlink(flag)
    time.sleep(1)
    crowd(c, 'switch', MANY[:12])
    c.amend = dict(rejected=dict(cause_ok=['auth-backend-down', 'credentials-rejected', 'policy-change']))


@case('basic', 'pbcm', cause='auth-backend-down')
def basic_helper_bh(c):
    """a proxy whose helper says BH to everybody: five users, five 407s within half a second"""
    c.findings = ('auth-backend-down',)
    crowd(c, 'bh', MANY[:5])
    c.amend = dict(rejected=dict(cause_ok=['auth-backend-down', 'credentials-rejected']))


@case('basic', 'pbcm', cause='auth-backend-down')
def basic_helper_crash(c):
    """the helper dies on every request: five users, five 407s"""
    c.findings = ('auth-backend-down',)
    crowd(c, 'crash', MANY[:5])
    c.amend = dict(rejected=dict(cause_ok=['auth-backend-down', 'credentials-rejected']))


@case('basic', 'pbcm', cause='auth-backend-down')
def basic_helper_hangs(c):
    """the helper waits a second and a half, three times over, for a directory that does not answer, then BH: five users wait and get 407"""
    c.findings = ('auth-backend-down',)
    crowd(c, 'hang', MANY[:5])
    c.amend = dict(rejected=dict(cause_ok=['auth-backend-down', 'credentials-rejected']))


@case('basic', 'pbcm', cause='policy-change')
def basic_offer_changed(c):
    """six users log in with Basic; the proxy is restarted with Negotiate and NTLM only; all of them go on with Basic and are refused"""
    c.findings = ('policy-change',)
    c.tags = ('outage',)
    crowd(c, 'policy', MANY[:6])
    srv.stop('policy')
    keep = srv.SQUID['policy']
    srv.SQUID['policy'] = (keep[0], srv.NEGO, '')
    srv.start('policy')
    crowd(c, 'policy', MANY[:6])
    c.stop()
    srv.stop('policy')
    srv.SQUID['policy'] = keep
    srv.start('policy')
    c.amend = dict(rejected=dict(broke_at='offer', broke_at_ok=['offer', 'authenticate'], cause_ok=['policy-change', 'scheme-mismatch']))


@case('basic', 'pbc1')
def basic_realm_changed(c):
    """the realm is renamed in the middle: requests that were good are refused from the third on"""
    c.proxy, c.client, c.cause = SCRIPT, RAW, 'policy-change'
    srv.stop('sp')
    srv.start('sp')
    for _ in range(5):
        k = Conn(c, 'multireal')
        k.get(WWW, 'Proxy-Authorization: Basic ' + b64('alice:' + PW['alice']))
        k.close()
        time.sleep(.3)
    c.amend = dict(rejected=dict(cause_ok=['policy-change', 'stale-cached-credentials', 'credentials-rejected']))


# --- two proxies in a row --------------------------------------------------------------------------------------
def upstream(c, inst, n=1, outcome='abandoned', scheme='none', user=None):
    """The client's row when the parent's 407 is handed on."""
    at = 'authenticate' if outcome == 'rejected' else 'offer'
    return row(c.ip, c.at(inst), scheme, outcome, at, 'upstream-proxy', user, n,
               cause_ok=['upstream-proxy', 'no-credentials'] if scheme == 'none' else ['upstream-proxy', 'credentials-rejected'],
               broke_at_ok=['offer', 'authenticate'])


@case('basic', 'pbc1', filt='tcp')
def basic_upstream_407_both_legs(c):
    """child squid (open) without login=, its parent wants Basic: the parent's 407 is handed on to the client; both legs captured"""
    c.proxy = SQUID + ', child of another'
    c.curl('fnologin', None, WWW)
    c.curl('fnologin', None, WWW + 'a')
    c.rows = [upstream(c, 'fnologin', 2), row('10.79.0.21', c.at('basic'), 'none', 'abandoned', 'offer', 'no-credentials', None, 1,
              cause_ok=['no-credentials', 'upstream-proxy'])]
    c.n407 = 4
    c.findings = ('upstream-proxy',)


@case('basic', 'pbc2')
def basic_upstream_407_client_leg(c):
    """as basic-upstream-407-both-legs, but only the leg between client and child is seen; the Via and X-Cache lines name the parent"""
    c.proxy = SQUID + ', child of another'
    c.curl('fnologin', None, WWW)
    c.rows, c.n407, c.findings = [upstream(c, 'fnologin')], 1, ('upstream-proxy',)


@case('basic', 'pbc2')
def basic_upstream_407_to_connect(c):
    """as basic-upstream-407-client-leg, then an https page: the child hands the parent's answer to its CONNECT on as it is, so that Via names the parent alone"""
    c.proxy = SQUID + ', child of another'
    c.curl('fnologin', None, WWW)
    c.curl('fnologin', 'alice', 'https://www.example.test/')
    c.rows = [upstream(c, 'fnologin'), upstream(c, 'fnologin', 1, 'rejected', 'Basic', 'alice')]
    c.n407, c.findings = 2, ('upstream-proxy',)


@case('basic', 'pbc3')
def basic_upstream_407_client_sends(c):
    """the client sends good credentials of its own, the child (open, no login=) drops them, the parent asks for some"""
    c.proxy = SQUID + ', child of another'
    c.curl('fnologin', 'alice')
    c.rows, c.n407, c.findings = [upstream(c, 'fnologin', 1, 'rejected', 'Basic', 'alice')], 1, ('upstream-proxy',)


@case('basic', 'pbc4', filt='tcp')
def basic_upstream_wrong_relay_password(c):
    """the child logs in at the parent as 'relay' with an old password: refused there, the 407 handed on to clients that are not at fault; both legs"""
    c.proxy = SQUID + ', child of another'
    c.curl('foldrelay', None, WWW)
    c.curl('foldrelay', None, API)
    c.rows = [upstream(c, 'foldrelay', 2), row('10.79.0.21', c.at('basic'), 'Basic', 'rejected', 'authenticate', 'credentials-rejected', 'relay', 1,
              cause_ok=['credentials-rejected', 'upstream-proxy'])]
    c.n407, c.findings = 4, ('upstream-proxy',)


@case('basic', 'pbc1', filt='tcp')
def basic_upstream_relay_ok(c):
    """the child logs in at the parent as 'relay', all is well; both legs"""
    c.proxy = SQUID + ', child of another'
    c.curl('fgood', None, WWW, API)
    c.rows = [row('10.79.0.21', c.at('basic'), 'Basic', 'authenticated', None, None, 'relay', 1)]
    c.n407 = 0


@case('basic', 'pbc2', filt='tcp')
def basic_upstream_passthru(c):
    """login=PASSTHRU: the client's own credentials travel to the parent; right ones pass, wrong ones come back 407; both legs"""
    c.proxy = SQUID + ', child of another'
    c.curl('fpass', 'alice')
    c.curl('fpass', 'bob', pw=WRONG)
    c.rows = [row(c.ip, c.at('fpass'), 'Basic', 'authenticated', None, None, 'alice'),
              row(c.ip, c.at('fpass'), 'Basic', 'rejected', 'authenticate', 'credentials-rejected', 'bob', 1),
              row('10.79.0.21', c.at('basic'), 'Basic', 'authenticated', None, None, 'alice'),
              row('10.79.0.21', c.at('basic'), 'Basic', 'rejected', 'authenticate', 'credentials-rejected', 'bob', 1)]
    c.n407 = 2


@case('basic', 'pbc3')
def basic_upstream_after_own_login(c):
    """the child wants a login of its own and gets it; the parent then asks too: a second 407 after right credentials"""
    c.proxy = SQUID + ', child of another'
    c.git('ownlogin', 'alice', pw=PW['alice'][::-1] + 'x')
    c.client = GIT
    c.insts = ('ownlogin',)
    c.amend = dict(rejected=dict(cause='upstream-proxy', cause_ok=['upstream-proxy', 'credentials-rejected']))
    c.findings = ('upstream-proxy',)


# --- two values, IPv6, browser --------------------------------------------------------------------------------
@case('basic', 'pbc4')
def basic_two_header_lines(c):
    """two Proxy-Authorization lines, the first right and the second wrong, then the other way round: squid takes the first"""
    c.client = RAW
    good, bad = ('Proxy-Authorization: Basic ' + b64('dave:' + p) for p in (PW['dave'], WRONG))
    for a, b in ((good, bad), (bad, good)):
        k = Conn(c, 'basic')
        k.get(WWW, a, b)
        k.close()
    c.rows = [row(c.ip, c.at('basic'), 'Basic', 'authenticated', None, None, 'dave'),
              row(c.ip, c.at('basic'), 'Basic', 'rejected', 'authenticate', 'credentials-rejected', 'dave', 1, cause_ok=MALFORMED)]


@case('basic', 'pbc1')
def basic_ipv6(c):
    """the proxy is reached over IPv6: good, wrong, none"""
    c.curl('basic', 'alice', px='http://[fd79::20]:3128')
    c.curl('basic', 'alice', px='http://[fd79::20]:3128', pw=WRONG)
    c.curl('basic', None, px='http://[fd79::20]:3128')
    k = ('fd79::1:1', '[fd79::20]:3128')
    c.rows = [row(*k, 'Basic', 'authenticated', None, None, 'alice'),
              row(*k, 'Basic', 'rejected', 'authenticate', 'credentials-rejected', 'alice'),
              row(*k, 'none', 'abandoned', 'offer', 'no-credentials')]


@case('basic', 'pbc2')
def basic_npm(c):
    """npm asks its registry through the proxy: good, then a wrong password (npm says E407)"""
    c.client = NPM
    for pw in (PW['svc-build'], WRONG):
        c.run(f"npm view left-pad --registry=http://registry.example.test/ --proxy={c.url('basic', 'svc-build', pw)} --fetch-retries=0 "
              f"--cache={LAB}/run/npmcache --no-update-notifier", timeout=30)


@case('basic', 'pbc3')
def basic_chromium_ok(c):
    """Chromium with proxy credentials: offer, answer, then two pages (http and https)"""
    c.client, c.tags = CHROMIUM, ('browser',)
    c.amend = dict(abandoned=BACKGROUND)
    c.browse('basic', 'carol:' + PW['carol'], WWW, 'https://www.example.test/')


@case('basic', 'pbc4')
def basic_chromium_typo_then_ok(c):
    """Chromium: a wrong password typed, then the right one for the next page"""
    c.client, c.tags = CHROMIUM, ('browser',)
    c.amend = dict(abandoned=BACKGROUND)
    c.browse('basic', f'dave:{WRONG},dave:{PW["dave"]}', WWW, API + 'b')


@case('basic', 'pbc2')
def basic_chromium_prompt_unanswered(c):
    """Chromium without credentials: nobody answers the login box, http and https"""
    c.client, c.tags = CHROMIUM, ('browser',)
    c.browse('basic', '', WWW, 'https://www.example.test/')
    c.amend = dict(abandoned=dict(count_min=1))
    c.notes = 'the browser has background requests of its own beside the two pages'


@case('basic', 'pbc1')
def basic_requests_session_header_not_on_connect(c):
    """python-requests: session.headers['Proxy-Authorization'] set by hand goes into the tunnel, not on the CONNECT, which is refused; http works"""
    c.client, c.joined = REQ, False
    code = ('import requests,sys;s=requests.Session();s.trust_env=False;s.headers["Proxy-Authorization"]=sys.argv[2];'
            's.proxies={"http":sys.argv[1],"https":sys.argv[1]};print(s.get("http://www.example.test/").status_code);'
            's.get("https://www.example.test/",verify=False)')
    c.run(f"/usr/bin/python3 -c '{code}' {c.url('basic')} 'Basic {b64('carol:' + PW['carol'])}'")
    c.amend = dict(abandoned=dict(cause='wrong-header', cause_ok=['wrong-header', 'no-credentials']))


@case('basic', 'pbc2')
def basic_mixed_day(c):
    """one machine, many programs at once: browser-like keep-alive good, wget good, an updater without credentials, a CI job with a wrong password, curl --proxy-anyauth good"""
    c.client, c.tags = f'{NODE}; {WGET}; {RAW}; {CURL}', ('mixed',)
    p = c.node('basic', 'bob', n=12, bg=True)
    c.wget('basic', 'bob', WWW, API)
    k = Conn(c, 'basic')
    k.get('http://mirror.example.test/update.cab', ua='Microsoft-CryptoAPI/10.0')
    c.curl('basic', 'svc-build', API, pw=WRONG)
    c.curl('basic', 'bob', 'https://www.example.test/', how='--proxy-anyauth')
    k.close()
    p.wait(20)
