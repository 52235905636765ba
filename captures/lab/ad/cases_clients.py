# SPDX-License-Identifier: BSD-2-Clause
"""Client by client: Firefox, Chromium, Java, git, apt, wget, Node, requests, cntlm against Basic, NTLM and Negotiate, well and badly."""
import json
import shlex
import urllib.parse

import squids
from cases_kerberos import KRB, MIT, browser_rows, no_ticket
from cases_ntlm import ALICE
from lab import HERE, LAB, WEB, case

FIREFOX, CHROME = 'Firefox 153 ESR headless (puppeteer-core)', 'chromium headless (puppeteer-core)'
JAVA, GIT, APT, WGET, NODE, REQUESTS = ('OpenJDK 17 HttpURLConnection', 'git 2.39', 'apt 2.6.1', 'GNU Wget 1.21.3', 'Node 20 http',
                                        'python-requests 2.28')
UPN = 'alice@lab.test'       # as a driven Firefox puts LAB\\alice into the name, whole
WRONG = 'Wr0ng-Furrow-88'
ANY = ['no-credentials', 'scheme-mismatch', 'kerberos-no-ticket']


def firefox(c, port, steps, host='pac1', env=''):
    c.squid(port)
    js = json.dumps([dict(url=u, **({} if n is None else dict(user=n, pw=c.pw(n.split('\\')[-1].split('@')[0], p)))) for u, n, p in steps])
    return c.ns(host, f'env LAB_DIR={LAB} HOME={LAB}/run {env} node {HERE}/firefox.js proxy.lab.test:{squids.PORT[port]} {shlex.quote(js)}', timeout=120)


def url(c, port, user=None, pw=None):
    """The proxy as http://user:password@host:port."""
    cred = ''
    if user is not None:
        cred = f"{urllib.parse.quote(user, safe='')}:{urllib.parse.quote(c.pw(user.split(chr(92))[-1], pw), safe='')}@" if user else ':@'
    c.squid(port)
    return f'http://{cred}proxy.lab.test:{squids.PORT[port]}'


def refused_by_log(c, user, port, scheme, cause='credentials-rejected'):
    """As often as the log has it: some clients repeat themselves."""
    c.stop()
    token = {'Basic': 'Basic ', 'NTLM': 'TlRMTVNTUAAD'}[scheme]
    n = sum(a[3] == '407' and token in a[8] for a in c.access())
    c.refused(user, cause, scheme=scheme, port=port, count=n, count_min=1, broke_at='authenticate' if scheme == 'NTLM' else 'credentials',
              cause_ok=[cause, 'retry-loop', 'scheme-mismatch'])
    if any(a[8] == '-' and a[3] == '407' for a in c.access()):
        c.gave_up(port=port, optional=True, count=sum(a[8] == '-' for a in c.access()), cause_ok=ANY)


def cannot(c, port):
    """Asked, and left: it has nothing that the proxy wants."""
    c.stop()
    n = sum(a[3] == '407' for a in c.access())
    c.gave_up(port=port, count=n, count_min=1, cause_ok=ANY, broke_at_ok=['offer', 'ticket', 'credentials'])


# --- Firefox and Chromium ---------------------------------------------------------------------------------------
@case('clients', 'browser', 'success', client=FIREFOX)
def clients_firefox_basic_ok(c):
    """Firefox with the right password at a proxy that offers Basic: a page, and an https page of another host."""
    firefox(c, 'basicad', [(WEB, ALICE, None), ('https://login.microsoftonline.com/', ALICE, None)])
    c.stop()
    browser_rows(c, 'basicad', ALICE, scheme='Basic')


@case('clients', 'browser', 'failure', client=FIREFOX)
def clients_firefox_basic_wrong(c):
    """Firefox with a wrong password at a proxy that offers Basic."""
    firefox(c, 'basicad', [(WEB, ALICE, WRONG)])
    refused_by_log(c, ALICE, 'basicad', 'Basic')


@case('clients', 'browser', 'success', client=FIREFOX)
def clients_firefox_ntlm_ok(c):
    """Firefox with the right password at a proxy that offers NTLM: a page, and an https page."""
    firefox(c, 'ntlm', [(WEB, UPN, None), ('https://www.example.test/', UPN, None)])
    c.stop()
    browser_rows(c, 'ntlm', UPN)


@case('clients', 'browser', 'failure', client=FIREFOX)
def clients_firefox_ntlm_wrong(c):
    """Firefox with a wrong password at a proxy that offers NTLM."""
    firefox(c, 'ntlm', [(WEB, UPN, WRONG)])
    refused_by_log(c, UPN, 'ntlm', 'NTLM')


@case('clients', 'browser', 'success', client=FIREFOX)
def clients_firefox_kerberos_ok(c):
    """Firefox with a ticket at a proxy that offers Negotiate: a page, and an https page."""
    env, _ = c.kinit('bob')
    firefox(c, 'krb', [(WEB, None, None), ('https://teams.microsoft.com/', None, None)], env=env)
    c.stop()
    browser_rows(c, 'krb', 'bob@LAB.TEST', scheme=KRB)


@case('clients', 'browser', 'failure', client=FIREFOX)
def clients_firefox_kerberos_no_ticket(c):
    """Firefox without a ticket at a proxy that offers Negotiate."""
    firefox(c, 'krb', [(WEB, None, None)], env='KRB5CCNAME=FILE:/dev/null')
    cannot(c, 'krb')


@case('clients', 'browser', 'success', client=CHROME)
def clients_chromium_basic_ok(c):
    """Chromium with the right password at a proxy that offers Basic: pages of three hosts, two of them https."""
    c.chrome('basicad', [(WEB, ALICE, None), ('https://www.google.com/', None, None), ('https://outlook.office365.com/', None, None)])
    c.stop()
    browser_rows(c, 'basicad', ALICE, scheme='Basic')


@case('clients', 'browser', 'failure', client=CHROME)
def clients_chromium_basic_wrong(c):
    """Chromium with a wrong password at a proxy that offers Basic."""
    c.chrome('basicad', [(WEB, ALICE, WRONG)])
    refused_by_log(c, ALICE, 'basicad', 'Basic')


@case('clients', 'browser', 'failure', client=CHROME)
def clients_chromium_kerberos_no_ticket(c):
    """Chromium without a ticket at a proxy that offers Negotiate."""
    c.chrome('krb', [(WEB + 'a', None, None), (WEB + 'b', None, None)], env='KRB5CCNAME=FILE:/nonexistent/cc')
    cannot(c, 'krb')


# --- Java and git with tickets ----------------------------------------------------------------------------------
JAAS = 'com.sun.security.jgss.krb5.initiate { com.sun.security.auth.module.Krb5LoginModule required useTicketCache=true doNotPrompt=true; };\n'


def java_ticket(c, env):
    c.squid('krb')
    (LAB / 'run/jaas.conf').write_text(JAAS)
    # without an Authenticator: the ticket is all it has
    return c.ns('pac1', f'env {env} java -Djava.util.prefs.userRoot={LAB}/run -Djavax.security.auth.useSubjectCredsOnly=false '
                        f'-Djava.security.auth.login.config={LAB}/run/jaas.conf -Djava.security.krb5.conf={LAB}/etc/krb5.conf -cp {LAB}/java '
                        f"Get proxy.lab.test {squids.PORT['krb']} '' '' {WEB}")


@case('clients', 'java', 'success', client=JAVA)
def clients_java_kerberos_ok(c):
    """Java with a ticket from the cache at a proxy that offers Negotiate."""
    env, _ = c.kinit('bob')
    java_ticket(c, env)
    c.stop()
    browser_rows(c, 'krb', 'bob@LAB.TEST', scheme=KRB)


@case('clients', 'java', 'failure', client=JAVA)
def clients_java_kerberos_no_ticket(c):
    """Java without a ticket at a proxy that offers Negotiate."""
    java_ticket(c, 'KRB5CCNAME=FILE:/nonexistent/cc')
    cannot(c, 'krb')


def git(c, port, user=None, pw=None, env='', how='anyauth', site='http://git.example.test/repo.git'):
    return c.ns('pac1', f"env HOME=/nonexistent GIT_TERMINAL_PROMPT=0 {env} git -c http.proxy={shlex.quote(url(c, port, user, pw))} "
                        f'-c http.proxyAuthMethod={how} -c http.sslVerify=false ls-remote {site}')


@case('clients', 'git', 'success', client=GIT)
def clients_git_kerberos_ok(c):
    """git with a ticket, over https, at a proxy that offers Negotiate."""
    env, _ = c.kinit('bob')
    git(c, 'krb', '', env=env, how='negotiate', site='https://git.example.test/repo.git')
    c.ok('bob@LAB.TEST', scheme=KRB, port='krb')


@case('clients', 'git', 'failure', client=GIT)
def clients_git_kerberos_no_ticket(c):
    """git without a ticket at a proxy that offers Negotiate."""
    git(c, 'krb', '', env='KRB5CCNAME=FILE:/dev/null')
    cannot(c, 'krb')


@case('clients', 'git', 'failure', client=GIT)
def clients_git_ntlm_wrong(c):
    """git with a wrong password at a proxy that offers NTLM."""
    git(c, 'ntlm', ALICE, WRONG)
    refused_by_log(c, ALICE, 'ntlm', 'NTLM')


# --- those that know Basic only ---------------------------------------------------------------------------------
def apt(c, port, user=None, pw=None, n=1):
    d = LAB / 'run/apt'
    (d / 'lists/partial').mkdir(parents=True, exist_ok=True)
    (d / 'sources.list').write_text(''.join(f'deb [trusted=yes] http://www.example.test/debian suite{i} main\n' for i in range(n)))
    return c.ns('pac1', f'apt-get -o Dir::Etc::sourcelist={d}/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists={d}/lists -o Dir::Cache={d} '
                        f'-o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::Languages=none '
                        f'-o Acquire::http::Proxy={shlex.quote(url(c, port, user, pw))} update')


def wget(c, port, user=None, pw=None, site=WEB):
    u = url(c, port, user, pw)
    return c.ns('pac1', f'env HOME=/nonexistent http_proxy={shlex.quote(u)} https_proxy={shlex.quote(u)} '
                        f'wget -nv -O /dev/null -t 1 --no-check-certificate {site}')


def node(c, port, user=None, pw=None):
    u = url(c, port, user, pw)
    js = ("const u=new URL(process.argv[1]),h={host:'www.example.test','user-agent':'node'};"
          "if(u.username)h['proxy-authorization']='Basic '+Buffer.from(decodeURIComponent(u.username)+':'+decodeURIComponent(u.password)).toString('base64');"
          f"require('http').get({{host:u.hostname,port:u.port,path:'{WEB}',headers:h}},r=>{{console.log(r.statusCode);r.resume()}})")
    return c.ns('pac1', f'node -e {shlex.quote(js)} {shlex.quote(u)}')


def requests(c, port, user=None, pw=None, site=WEB):
    u = url(c, port, user, pw)
    return c.ns('pac1', f"/usr/bin/python3 -c \"import requests,sys; print(requests.get('{site}', proxies=dict(http=sys.argv[1], https=sys.argv[1]), verify=False))\" "
                        f'{shlex.quote(u)} 2>&1 | tail -n 1')


def basic_rows(c, port):
    """Good logins and refusals of Basic, by connection, from the log."""
    c.stop()
    good, bad = set(), 0
    for a in c.access():
        if a[8].startswith('Basic') and a[3] != '407':
            good.add(a[2])
        bad += a[8].startswith('Basic') and a[3] == '407'
    if good:
        c.ok(ALICE, scheme='Basic', port=port, count=len(good))
    if bad:
        c.refused(ALICE, scheme='Basic', port=port, broke_at='credentials', count=bad, count_min=1, cause_ok=['credentials-rejected', 'retry-loop'])


@case('clients', 'success', client=f'{APT}; {WGET}; {NODE}; {REQUESTS}')
def clients_basic_only_ok(c):
    """apt, wget, Node and requests with the right password at a proxy that offers Basic; wget and requests by https, too."""
    apt(c, 'basicad', ALICE)
    wget(c, 'basicad', ALICE)
    wget(c, 'basicad', ALICE, site='https://www.example.test/')
    node(c, 'basicad', ALICE)
    requests(c, 'basicad', ALICE)
    requests(c, 'basicad', ALICE, site='https://www.google.com/')
    basic_rows(c, 'basicad')


@case('clients', 'failure', client=f'{APT}; {WGET}; {NODE}; {REQUESTS}')
def clients_basic_only_wrong(c):
    """apt, wget, Node and requests with a wrong password at a proxy that offers Basic."""
    for program in (apt, wget, node, requests):
        program(c, 'basicad', ALICE, WRONG)
    basic_rows(c, 'basicad')


def mismatch_rows(c, port):
    c.stop()
    n = sum(a[3] == '407' and a[8].startswith('Basic') for a in c.access())
    c.expect('Basic', 'rejected', 'credentials', 'scheme-mismatch', user=ALICE, port=port, count=n, count_min=1,
             broke_at_ok=['credentials', 'offer', 'authenticate'], cause_ok=['scheme-mismatch', 'retry-loop'])


@case('clients', 'mismatch', client=f'{APT}; {WGET}; {NODE}; {REQUESTS}')
def clients_basic_only_at_ntlm(c):
    """apt, wget, Node and requests with the right password at a proxy that offers NTLM only: it goes out in clear, for nothing."""
    for program in (apt, wget, node, requests):
        program(c, 'ntlm', ALICE)
    mismatch_rows(c, 'ntlm')


@case('clients', 'mismatch', client=f'{APT}; {WGET}; {NODE}; {REQUESTS}')
def clients_basic_only_at_negotiate(c):
    """apt, wget, Node and requests with the right password at a proxy that offers Negotiate only: it goes out in clear, for nothing."""
    for program in (apt, wget, node, requests):
        program(c, 'krb', ALICE)
    mismatch_rows(c, 'krb')


# --- cntlm ------------------------------------------------------------------------------------------------------
@case('clients', 'cntlm', 'success', client='cntlm 0.92.3; git 2.39, apt 2.6.1 and python-requests 2.28 behind it')
def clients_cntlm_for_others(c):
    """cntlm logs in with NTLMv2 for git, apt and requests, which know nothing of it."""
    end = c.cntlm('ntlm', 'bob')
    try:
        c.ns('pac1', 'env HOME=/nonexistent git -c http.proxy=http://127.0.0.1:3128 ls-remote http://git.example.test/repo.git')
        c.ns('pac1', "/usr/bin/python3 -c \"import requests; p='http://127.0.0.1:3128'; print(requests.get('http://www.example.test/', proxies=dict(http=p)))\"")
        c.ns('pac1', 'env http_proxy=http://127.0.0.1:3128 wget -nv -O /dev/null -t 1 http://www.example.test/')
    finally:
        end()
    c.stop()
    browser_rows(c, 'ntlm', 'LAB\\bob')


@case('clients', 'success', 'applications', clients=('pac1', 'pac2'))
def clients_applications(c):
    """What goes through tunnels: curl to four hosts of Microsoft and Google by NTLM (the origin of the lab answers), one of them with a
    wrong password, and clear HTTP inside a tunnel."""
    for site in ('login.microsoftonline.com', 'outlook.office365.com', 'teams.microsoft.com', 'www.google.com'):
        c.curl('ntlm', user=ALICE, url=f'-k https://{site}/')
    c.curl('ntlm', user='LAB\\bob', pw='B0b-And-No-Teams', url='-k https://teams.microsoft.com/', host='pac2')
    c.curl('ntlm', user='LAB\\bob', url='http://www.google.com:443/', args='-p', host='pac2')
    c.ok(ALICE, count=4)
    c.refused('LAB\\bob', client='pac2')
    c.ok('LAB\\bob', client='pac2')
