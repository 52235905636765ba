# SPDX-License-Identifier: BSD-2-Clause
"""Faults that no product at hand shows on demand: both sides are scripts (play.py), the connections are real."""
import time
from common import PW
from lab import case, row, IP
from play import *

WRONG = 'Wr0ng-Gravel-44'
REALM = 'Basic realm="Lab web proxy"'
MANY = 'pbcm'


def many(i):
    return f'10.79.2.{i}'


def refused(c, s, scheme, cause, user=None, step='authenticate', n=1, client=None, **k):
    return row(client or c.ip, s.at, scheme, 'rejected', step, cause, user, n, **k)


def passed(c, s, scheme, user=None, n=1, client=None):
    return row(client or c.ip, s.at, scheme, 'authenticated', None, None, user, n)


def silent(c, s, cause, n=1, client=None, **k):
    return row(client or c.ip, s.at, 'none', 'abandoned', 'offer', cause, None, n, **k)


# --- what the page says ---------------------------------------------------------------------------------------
@case('played')
def played_page_says_locked(c):
    """the error page of the 407 says that the account is locked (title "Account is locked")"""
    s = Stage(c)
    s.talk(req(paz=basic('bob', WRONG)), ask(REALM, title='Account is locked'))
    s.done(refused(c, s, 'Basic', 'account-locked', 'bob'))


@case('played', 'pbc2')
def played_page_says_expired(c):
    """the reason phrase of the 407 says that the password has expired"""
    s = Stage(c)
    s.talk(req(paz=basic('bob', WRONG)), ask(REALM, reason='Password has expired'))
    s.done(refused(c, s, 'Basic', 'credentials-expired', 'bob'))


# --- NTLM -----------------------------------------------------------------------------------------------------
@case('played', 'pbc3')
def played_ntlm_machine_account(c):
    """a service logs in with the computer's own account (PC17$) and is refused"""
    s = Stage(c)
    s.talk(*ntlm_login('PC17$', False, ua='Windows-Update-Agent/10.0'))
    s.done(refused(c, s, 'NTLM', 'anonymous-logon', 'LAB\\PC17$'))


@case('played', MANY)
def played_one_domain_refused(c):
    """users of LAB get in all the time, those of BRANCH never: its trust is broken"""
    s = Stage(c)
    rows = []
    for i, (lab, branch) in enumerate([('anna', 'uwe'), ('ben', 'vera'), ('cora', 'willi'), ('dina', 'xaver')], 1):
        s.talk(*ntlm_login(lab), src=many(i))
        s.talk(*ntlm_login(branch, False, domain='BRANCH'), src=many(i + 10))
        rows += [passed(c, s, 'NTLM', f'LAB\\{lab}', client=many(i)),
                 refused(c, s, 'NTLM', 'auth-backend-down', f'BRANCH\\{branch}', client=many(i + 10))]
    s.done(*rows)


@case('played')
def played_ntlm_clock(c):
    """a client whose clock is three hours slow puts its own time into the type 3 (the type 2 has none) and is refused"""
    s = Stage(c)
    ch = t2(when=0)
    s.talk(*ntlm_login('bob', False, challenge=ch, when=time.time() - 10800))
    s.done(refused(c, s, 'NTLM', 'clock-skew', 'LAB\\bob'))


@case('played', 'pbc2')
def played_challenge_then_close(c):
    """the proxy sends its challenge and closes the connection at once; the client gives up"""
    s = Stage(c)
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {t2()}'), PFIN)
    s.done(row(c.ip, s.at, 'NTLM', 'broken', 'challenge', 'connection-not-kept', broke_at_ok=['challenge', 'authenticate']))


@case('played', 'pbc3')
def played_answer_came_too_late(c):
    """a person takes 32 seconds over the login box; the proxy has given the connection up"""
    s = Stage(c)
    s.talk(req(ua=CHROME), ask('NTLM'), req(paz=f'NTLM {t1()}', ua=CHROME), ask(f'NTLM {t2()}'), sleep(32), PFIN)
    s.done(row(c.ip, s.at, 'NTLM', 'broken', 'challenge', 'connection-not-kept', broke_at_ok=['challenge', 'authenticate']))


@case('played', 'pbc4')
def played_ntlm_domain_empty(c):
    """an NTLM login without a domain is refused; with the domain it passes"""
    s = Stage(c)
    s.talk(*ntlm_login('bob', False, domain=''))
    s.done(refused(c, s, 'NTLM', 'credentials-rejected', 'bob'))


@case('played')
def played_old_challenge_answered(c):
    """the client begins twice on one connection and answers the first challenge with its type 3"""
    s = Stage(c)
    a, b = t2(seed='a', when=time.time() - 40), t2(seed='b')
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {a}'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {b}'),
           req(paz=f'NTLM {t3("bob", challenge=a)}'), ask('NTLM'))
    s.done(refused(c, s, 'NTLM', 'handshake-split', 'LAB\\bob'),
           row(c.ip, s.at, 'NTLM', 'abandoned', 'challenge', 'handshake-split', optional=True, outcome_ok=['abandoned', 'broken', 'rejected']))


@case('played', 'pbc1')
def played_challenged_again(c):
    """the proxy, whose helper was started anew in between, answers a type 3 with another type 2; the client gives up.  So did Squid 5.7"""
    s = Stage(c)
    a, b = t2(seed='a', when=time.time() - 1), t2(seed='b')
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {a}'), req(paz=f'NTLM {t3("bob", challenge=a)}'), ask(f'NTLM {b}'))
    s.done(refused(c, s, 'NTLM', 'handshake-split', 'LAB\\bob'))


@case('played', 'pbc2')
def played_handshake_interleaved(c):
    """between type 2 and type 3 another request comes on the same connection; the proxy has forgotten the handshake"""
    s = Stage(c)
    ch = t2()
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {ch}'), req('http://api.saas.test/x', ua='Updater/3.1'), ask('NTLM'),
           req(paz=f'NTLM {t3("bob", challenge=ch)}'), ask('NTLM'))
    s.done(refused(c, s, 'NTLM', 'handshake-split', 'LAB\\bob'), silent(c, s, 'no-credentials', optional=True))


@case('played', 'pbc3')
def played_challenge_damaged(c):
    """the type 2 is cut off in the middle: its TargetInfo points outside; the client gives up"""
    s = Stage(c)
    cut = b64(base64.b64decode(t2())[:60])
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {cut}'))
    s.done(row(c.ip, s.at, 'NTLM', 'abandoned', 'challenge', 'malformed-token', broke_at_ok=['challenge', 'authenticate']))


@case('played', 'pbc4')
def played_scheme_label(c):
    """a client labels a SPNEGO token NTLM"""
    s = Stage(c)
    s.talk(req(), ask('NTLM', 'Negotiate'), req(paz=f'NTLM {init(base64.b64decode(t1()), NTLMSSP)}'), ask('NTLM', 'Negotiate'))
    s.done(refused(c, s, 'NTLM', 'malformed-token', step='negotiate', broke_at_ok=['negotiate', 'authenticate'],
                   scheme_ok=['NTLM', 'Negotiate/NTLM']))


@case('played')
def played_ntlm_charset(c):
    """the flags of type 2 and type 3 say Unicode, the names are in an OEM character set; refused, the program asks once more, and gives up"""
    s = Stage(c)
    s.talk(*ntlm_login('bob', False, oem=True))
    s.talk(req(), ask('NTLM'))
    s.done(silent(c, s, 'no-credentials'), refused(c, s, 'NTLM', 'malformed-token', 'LAB\\bob', user_ok=['LAB\\bob', 'L', 'b']))


@case('played', MANY)
def played_ntlmv1_refused(c):
    """two clients with NTLMv1 are refused, three with NTLMv2 pass: the domain takes no NTLMv1"""
    s = Stage(c)
    rows = []
    for i, u in enumerate(('anna', 'ben', 'cora'), 1):
        s.talk(*ntlm_login(u), src=many(i))
        rows.append(passed(c, s, 'NTLM', f'LAB\\{u}', client=many(i)))
    for i, u in enumerate(('kurt', 'lena'), 11):
        s.talk(*ntlm_login(u, False, v1=True, flags=USUAL & ~ESS, ua='OldAgent/1.0'), src=many(i))
        rows.append(refused(c, s, 'NTLM', 'ntlm-version-refused', f'LAB\\{u}', client=many(i)))
    s.talk(*ntlm_login('dina'), src=many(4))
    s.done(*rows, passed(c, s, 'NTLM', 'LAB\\dina', client=many(4)))


@case('played', 'pbc2')
def played_no_target_info(c):
    """an old proxy sends a type 2 without TargetInfo; a client that does NTLMv2 only stops"""
    s = Stage(c)
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {t2(info=False)}'))
    s.done(row(c.ip, s.at, 'NTLM', 'abandoned', 'challenge', 'ntlm-version-refused', broke_at_ok=['challenge', 'authenticate']))


@case('played', MANY)
def played_target_withheld(c):
    """the type 1 asks for the target, the type 2 has none; who has a domain set gets in, the client that takes it from there sends none"""
    s = Stage(c)
    s.talk(*ntlm_login('anna', challenge=t2(target='')), src=many(1))
    s.talk(*ntlm_login('bob', False, challenge=t2(target=''), domain=''), src=many(2))
    s.done(passed(c, s, 'NTLM', 'LAB\\anna', client=many(1)), refused(c, s, 'NTLM', 'ntlm-version-refused', 'bob', client=many(2)))


@case('played', 'pbc3')
def played_target_withheld_alone(c):
    """the same, and nobody else in sight: it may as well be the password"""
    s = Stage(c)
    s.talk(*ntlm_login('bob', False, challenge=t2(target=''), domain=''))
    s.done(refused(c, s, 'NTLM', 'credentials-rejected', 'bob'))


@case('played', MANY)
def played_ntlm_meant_for_another(c):
    """a proxy that checks for whom a login is meant: for its name all get in, for an alias cora does not, who gets in elsewhere"""
    s = Stage(c)
    for i, user in enumerate(['anna', 'cora'], 1):
        s.talk(*ntlm_login(user, spn='HTTP/proxy.lab.test'), src=many(i))
    s.talk(*ntlm_login('cora', False, spn='HTTP/alias.lab.test'), src=many(3))
    s.done(*[passed(c, s, 'NTLM', f'LAB\\{u}', client=many(i)) for i, u in enumerate(['anna', 'cora'], 1)],
           refused(c, s, 'NTLM', 'kerberos-wrong-key', 'LAB\\cora', client=many(3)))


@case('played', MANY)
def played_ntlm_alias_wrong_password(c):
    """two get in by the proxy's name; ben, who comes by an alias, has a wrong password"""
    s = Stage(c)
    for i, user in enumerate(['anna', 'cora'], 1):
        s.talk(*ntlm_login(user, spn='HTTP/proxy.lab.test'), src=many(i))
    s.talk(*ntlm_login('ben', False, spn='HTTP/alias.lab.test'), src=many(3))
    s.done(*[passed(c, s, 'NTLM', f'LAB\\{u}', client=many(i)) for i, u in enumerate(['anna', 'cora'], 1)],
           refused(c, s, 'NTLM', 'credentials-rejected', 'LAB\\ben', client=many(3)))


@case('played', MANY)
def played_ntlm_altered(c):
    """a relay before the proxy gives the client a type 2 of its own, and the type 3, with its MIC, to the proxy"""
    s = Stage(c)
    s.talk(*ntlm_login('anna', mic=True, spn='HTTP/proxy.lab.test'), src=many(1))
    legs = ntlm_login('ben', False)
    legs[4] = req(paz='NTLM ' + t3('ben', challenge=t2(computer='RELAY'), mic=True, spn='HTTP/proxy.lab.test'))
    s.talk(*legs, src=many(2))
    s.done(passed(c, s, 'NTLM', 'LAB\\anna', client=many(1)), refused(c, s, 'NTLM', 'malformed-token', 'LAB\\ben', client=many(2)))


@case('played', 'pbc4')
def played_asked_again(c):
    """on a connection that had logged in the proxy asks again; the program leaves"""
    s = Stage(c)
    s.talk(*ntlm_login('bob'), sleep(1), req('http://api.saas.test/feed'), ask('NTLM'))
    s.done(passed(c, s, 'NTLM', 'LAB\\bob'), silent(c, s, 'other'))


@case('played')
def played_proxy_clock_off(c):
    """a good login; the time in the type 2 is twenty minutes ahead"""
    s = Stage(c)
    s.talk(*ntlm_login('bob', challenge=t2(when=time.time() + 1200)))
    s.done(passed(c, s, 'NTLM', 'LAB\\bob'))


# --- the directory behind it ----------------------------------------------------------------------------------
@case('played', 'pbc2')
def played_error_in_mid_handshake(c):
    """the proxy answers the type 1 with 503, in the middle of the handshake"""
    s = Stage(c)
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ok('Retry-After: 30', status='503 Service Unavailable', body='directory not reachable\n'))
    s.done(row(c.ip, s.at, 'NTLM', 'broken', 'negotiate', 'auth-backend-down', broke_at_ok=['negotiate', 'authenticate', 'challenge']))


@case('played', 'pbc3')
def played_no_verdict(c):
    """the proxy never answers a type 3; after six seconds the client gives up"""
    s = Stage(c)
    ch = t2()
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {ch}'), req(paz=f'NTLM {t3("bob", challenge=ch)}'), sleep(6), FIN)
    s.done(row(c.ip, s.at, 'NTLM', 'broken', 'authenticate', 'auth-backend-down', 'LAB\\bob'))


@case('played', MANY)
def played_slow_refusal(c):
    """good logins take milliseconds; one is refused after four seconds, when the directory did not answer in time"""
    s = Stage(c)
    rows = []
    for i, u in enumerate(('anna', 'ben', 'cora', 'dina', 'emil'), 1):
        s.talk(*ntlm_login(u), src=many(i))
        rows.append(passed(c, s, 'NTLM', f'LAB\\{u}', client=many(i)))
    s.talk(*ntlm_login('fay', False, wait=4), src=many(6))
    s.done(*rows, refused(c, s, 'NTLM', 'auth-backend-down', 'LAB\\fay', client=many(6)))


@case('played', MANY)
def played_verdicts_slow_down(c):
    """thirty good logins in milliseconds, then fifteen that take one second and a half each: the directory is overloaded"""
    s = Stage(c)
    for i in range(30):
        s.talk(*ntlm_login(f'user{i % 10}'), src=many(i % 10 + 1))
    for i in range(15):
        s.talk(*ntlm_login(f'user{i % 10}', wait=1.5, url=f'http://host{i % 4}.example.test/'), src=many(i % 10 + 1))
    s.done(*(passed(c, s, 'NTLM', f'LAB\\user{i}', 5 if i < 5 else 4, client=many(i + 1)) for i in range(10)))


# --- Kerberos -------------------------------------------------------------------------------------------------
@case('played', 'pbc4')
def played_ticket_not_yet_valid(c):
    """the proxy's clock is twenty minutes slow: KRB_AP_ERR_TKT_NYV in the 407"""
    s = Stage(c)
    s.talk(*kerberos_login(False, answer='Negotiate ' + resp(2, KRB5, krb_error(33, time.time() - 1200))))
    s.done(refused(c, s, 'Negotiate/Kerberos', 'clock-skew', step='ticket', broke_at_ok=['ticket', 'authenticate']))


@case('played')
def played_proxy_date_off(c):
    """a ticket is refused without a word; the Date of the 407 is twenty minutes off"""
    s = Stage(c)
    date = time.strftime('Date: %a, %d %b %Y %H:%M:%S GMT', time.gmtime(time.time() - 1200))
    s.talk(*kerberos_login(False, headers=[date]))
    s.done(refused(c, s, 'Negotiate/Kerberos', 'clock-skew', step='ticket', broke_at_ok=['ticket', 'authenticate']))


def tickets(c, good, bad, cause='kerberos-wrong-key'):
    """Three clients with good tickets pass, before and after one with another ticket that does not."""
    s = Stage(c)
    for i in (1, 2):
        s.talk(*kerberos_login(seed=f'g{i}', **good), src=many(i))
    s.talk(*kerberos_login(False, seed='b', **bad), src=many(11))
    s.talk(*kerberos_login(seed='g3', **good), src=many(3))
    s.done(*(passed(c, s, 'Negotiate/Kerberos', client=many(i)) for i in (1, 2, 3)),
           refused(c, s, 'Negotiate/Kerberos', cause, step='ticket', client=many(11), broke_at_ok=['ticket', 'authenticate']))


@case('played', MANY)
def played_kvno_differs(c):
    """tickets with key version 2 pass, one with 3 does not: the keytab is from before the change of the password"""
    tickets(c, dict(kvno=2), dict(kvno=3))


@case('played', MANY)
def played_etype_differs(c):
    """tickets in aes256 pass, one in RC4 does not: the keytab has no such key"""
    tickets(c, dict(etype=18), dict(etype=23))


@case('played', MANY)
def played_service_differs(c):
    """tickets for HTTP/proxy.lab.test pass, one for HTTP/webproxy.lab.test (an alias) does not"""
    tickets(c, {}, dict(service='HTTP/webproxy.lab.test'))


@case('played', 'pbc2')
def played_wrong_service(c):
    """the client sends a ticket for host/pc17.lab.test"""
    s = Stage(c)
    s.talk(*kerberos_login(False, service='host/pc17.lab.test'))
    s.done(refused(c, s, 'Negotiate/Kerberos', 'kerberos-wrong-key', step='ticket', broke_at_ok=['ticket', 'authenticate']))


@case('played', 'pbc3')
def played_rc4_ticket(c):
    """a good login with a ticket in RC4"""
    s = Stage(c)
    s.talk(*kerberos_login(etype=23))
    s.done(passed(c, s, 'Negotiate/Kerberos'))


@case('played', 'pbc4')
def played_spnego_rejected(c):
    """NTLM inside SPNEGO is answered with NegTokenResp reject, and nothing more"""
    s = Stage(c)
    s.talk(req(), ask('Negotiate'), req(paz='Negotiate ' + init(base64.b64decode(t1()), NTLMSSP)), ask('Negotiate ' + resp(2)))
    s.done(refused(c, s, 'Negotiate/NTLM', 'credentials-rejected', step='negotiate', broke_at_ok=['negotiate', 'authenticate', 'ticket'],
                   cause_ok=['credentials-rejected', 'scheme-mismatch'], scheme_ok=['Negotiate/NTLM', 'other', 'Negotiate']))


@case('played')
def played_negoex_refused(c):
    """Windows without a ticket offers NEGOEX first; the proxy knows krb5 only"""
    s = Stage(c)
    token = b'NEGOEXTS' + bytes(8) + noise('negoex', 96)
    s.talk(req(), ask('Negotiate'), req(paz='Negotiate ' + init(token, NEGOEX, NTLMSSP)), ask('Negotiate'))
    s.done(refused(c, s, 'Negotiate', 'scheme-mismatch', step='ticket', scheme_ok=['Negotiate', 'other', 'Negotiate/NTLM'],
                   broke_at_ok=['ticket', 'authenticate', 'negotiate', 'credentials']))


@case('played', 'pbc2')
def played_spnego_other_mech(c):
    """the acceptor answers a ticket with request-mic and wants NTLM; the client cannot, and leaves"""
    s = Stage(c)
    s.talk(req(), ask('Negotiate'), req(paz='Negotiate ' + init(ap_req())), ask('Negotiate ' + resp(3, NTLMSSP)))
    s.done(row(c.ip, s.at, 'Negotiate/Kerberos', 'abandoned', 'challenge', 'scheme-mismatch', outcome_ok=['abandoned', 'broken', 'rejected'],
               broke_at_ok=['challenge', 'ticket', 'authenticate']))


@case('played', 'pbc3')
def played_falls_back(c):
    """a browser's ticket is refused, and it logs in with NTLM in the same second"""
    s = Stage(c)
    ch = t2()
    s.talk(req(ua=CHROME), ask('Negotiate', 'NTLM'), req(paz='Negotiate ' + init(ap_req()), ua=CHROME), ask('Negotiate', 'NTLM'),
           req(paz=f'NTLM {t1()}', ua=CHROME), ask(f'NTLM {ch}'), req(paz=f'NTLM {t3("bob", challenge=ch)}', ua=CHROME), ok())
    s.done(refused(c, s, 'Negotiate/Kerberos', 'scheme-mismatch', step='ticket', broke_at_ok=['ticket', 'authenticate'],
                   cause_ok=['scheme-mismatch', 'kerberos-wrong-key']), passed(c, s, 'NTLM', 'LAB\\bob'))


@case('played', MANY)
def played_realm_changed_unanswered(c):
    """three clients log in with Basic; the realm gets another name, and their programs, which have no password for that, do not answer"""
    s = Stage(c)
    for i, u in enumerate(('anna', 'ben', 'cora'), 1):
        s.talk(req(ua='Agent/7'), ask('Basic realm="Office"'), req(paz=basic(u, PW[u]), ua='Agent/7'), ok(), src=many(i))
    time.sleep(2)
    for i in (1, 2, 3):
        s.talk(req(ua='Agent/7'), ask('Basic realm="Office (new)"'), src=many(i))
    s.done(*(passed(c, s, 'Basic', u, client=many(i)) for i, u in enumerate(('anna', 'ben', 'cora'), 1)),
           *(silent(c, s, 'stale-cached-credentials', client=many(i), cause_ok=['stale-cached-credentials', 'policy-change']) for i in (1, 2, 3)))


@case('played', 'pbc2')
def played_ticket_no_more(c):
    """a program logs in with a ticket; it ends, and from seventy seconds on there is no answer to the same offer (two times)"""
    s = Stage(c)
    s.talk(*kerberos_login(n=100))
    for wait in (70, 5):
        time.sleep(wait)
        s.talk(req(), ask('Negotiate'))
    s.done(passed(c, s, 'Negotiate/Kerberos'), silent(c, s, 'ticket-expired', 2, cause_ok=['ticket-expired', 'kerberos-no-ticket']))


@case('played', 'pbc3')
def played_ticket_refused_for_a_time(c):
    """one ticket for one site passes, is refused with a bare 407, and passes again"""
    s = Stage(c)
    for good in (True, False, True):
        s.talk(*kerberos_login(good, n=100))
    s.done(passed(c, s, 'Negotiate/Kerberos', n=2),
           refused(c, s, 'Negotiate/Kerberos', 'other', step='ticket', broke_at_ok=['ticket', 'authenticate'], cause_ok=['other', 'clock-skew']))


@case('played', 'pbc3')
def played_bearer_called_expired(c):
    """an opaque token is refused with error="invalid_token" and the words "The access token expired" """
    s = Stage(c)
    s.talk(req(), ask('Bearer realm="api"'), req(paz='Bearer 2YotnFZFEjr1zCsicMWpAA'),
           ask('Bearer realm="api", error="invalid_token", error_description="The access token expired"'))
    s.done(refused(c, s, 'Bearer', 'token-expired', step='credentials', broke_at_ok=['credentials', 'authenticate']))


@case('played', 'pbc4')
def played_ticket_refused_between(c):
    """a ticket passes for two sites and is refused, with a bare 407, for a third one in between: a rule about that site"""
    s = Stage(c)
    for url, good in ((WWW, True), ('http://forbidden.example.test/', False), ('http://api.saas.test/', True)):
        s.talk(*kerberos_login(good, url=url, n=100))
    s.done(passed(c, s, 'Negotiate/Kerberos', n=2), refused(c, s, 'Negotiate/Kerberos', 'other', step='ticket', broke_at_ok=['ticket', 'authenticate']))


@case('played', 'pbc4')
def played_header_too_large(c):
    """a ticket of 12 KB (many groups) is answered with 431, a small one of another user passes"""
    s = Stage(c)
    s.talk(*kerberos_login(), host='pbc3')
    s.talk(req(), ask('Negotiate'), req(paz='Negotiate ' + init(ap_req(n=9000))),
           ok('Connection: close', status='431 Request Header Fields Too Large', body='too large\n'), PFIN)
    s.done(passed(c, s, 'Negotiate/Kerberos', client=IP['pbc3']),
           row(c.ip, s.at, 'Negotiate/Kerberos', 'broken', 'ticket', 'malformed-token'))


@case('played')
def played_bad_request(c):
    """the type 1 is answered with 400"""
    s = Stage(c)
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ok('Connection: close', status='400 Bad Request', body='bad\n'), PFIN)
    s.done(row(c.ip, s.at, 'NTLM', 'broken', 'negotiate', 'malformed-token', broke_at_ok=['negotiate', 'authenticate']))


# --- Basic, Digest, Bearer ------------------------------------------------------------------------------------
@case('played', 'pbc2')
def played_basic_colon(c):
    """a password with a colon in it is refused by a proxy that splits at the last one"""
    s = Stage(c)
    s.talk(req(), ask(REALM), req(paz=basic('frank', 'V0le:Thicket:14')), ask(REALM))
    s.done(refused(c, s, 'Basic', 'credentials-rejected', 'frank'))


@case('played', 'pbc3')
def played_basic_charset(c):
    """a password with umlauts in UTF-8 is refused by a proxy that wants Latin-1"""
    s = Stage(c)
    s.talk(req(), ask(REALM), req(paz=basic('gabi', 'Mövèn-Fjörd-19')), ask(REALM))
    s.done(refused(c, s, 'Basic', 'credentials-rejected', 'gabi'))


@case('played', 'pbc4')
def played_basic_control(c):
    """a control character got into the password"""
    s = Stage(c)
    s.talk(req(), ask(REALM), req(paz=basic('bob', 'Gr4nite\x08.Quay-08')), ask(REALM))
    s.done(refused(c, s, 'Basic', 'malformed-token', 'bob'))


@case('played')
def played_digest_uri(c):
    """the client hashes another uri than it asks for, and the proxy minds"""
    s = Stage(c)
    n = noise('n1', 16).hex()
    s.talk(req(), ask(digest_offer(n)), req(paz=digest('bob', 'Gr4nite.Quay-08', n, uri='/other')), ask(digest_offer(n[::-1])))
    s.done(refused(c, s, 'Digest', 'digest-mismatch', 'bob'))


@case('played', 'pbc2')
def played_digest_mixed(c):
    """two challenges, SHA-256 and MD5; the answer has the nonce of the one and the algorithm of the other"""
    s = Stage(c)
    a, b = noise('n2', 16).hex(), noise('n3', 16).hex()
    s.talk(req(), ask(digest_offer(a, 'SHA-256'), digest_offer(b)), req(paz=digest('bob', 'Gr4nite.Quay-08', a)),
           ask(digest_offer(a, 'SHA-256'), digest_offer(b)))
    s.done(refused(c, s, 'Digest', 'digest-mismatch', 'bob'))


@case('played', 'pbc3')
def played_digest_foreign_nonce(c):
    """the answer has a nonce that this proxy never gave out"""
    s = Stage(c)
    s.talk(req(), ask(digest_offer(noise('n4', 16).hex())), req(paz=digest('bob', 'Gr4nite.Quay-08', noise('n5', 16).hex())),
           ask(digest_offer(noise('n6', 16).hex())))
    s.done(refused(c, s, 'Digest', 'digest-stale-nonce', 'bob'))


@case('played', 'pbc4')
def played_bearer_rejected(c):
    """an opaque token is refused without a reason"""
    s = Stage(c)
    s.talk(req(paz='Bearer opaque-7f31c09bd2'), ask('Bearer realm="Lab web proxy"'))
    s.done(refused(c, s, 'Bearer', 'token-rejected'))


@case('played')
def played_bearer_scope(c):
    """the challenge says insufficient_scope"""
    s = Stage(c)
    s.talk(req(paz='Bearer opaque-7f31c09bd2'), ask('Bearer realm="Lab web proxy", error="insufficient_scope", scope="proxy:upload"'))
    s.done(refused(c, s, 'Bearer', 'token-rejected'))


# --- offers that are not taken --------------------------------------------------------------------------------
@case('played', 'pbc2')
def played_upload_cut(c):
    """a program that logs in for small requests is asked in the middle of an upload, and the connection is reset"""
    s = Stage(c)
    s.talk(req(), ask(REALM), req(paz=basic('bob', 'Gr4nite.Quay-08')), ok())
    head = b'POST http://www.example.test/up HTTP/1.1\r\nHost: www.example.test\r\nUser-Agent: curl/7.88.1\r\nContent-Length: 900000\r\n\r\n'
    s.talk(('c', head + b'x' * 20000), ask(REALM, close=True), ('half', b'x' * 20000), PRST)
    s.done(passed(c, s, 'Basic', 'bob'), silent(c, s, 'connection-not-kept', outcome_ok=['abandoned', 'broken']))


@case('played', 'pbc3')
def played_post_without_credentials(c):
    """a program without credentials posts 20 KB, is asked, and leaves: no upload was cut"""
    s = Stage(c)
    s.talk(req(method='POST', body=b'x' * 20000, ua='Telemetry/2.0'), ask(REALM))
    s.done(silent(c, s, 'no-credentials'))


@case('played', 'pbc4')
def played_spare_connection(c):
    """a browser that is logged in opens a connection for another host, is asked there, and never needs it"""
    s = Stage(c)
    s.talk(*ntlm_login('bob', ua=CHROME))
    s.talk(req('api.saas.test:443', method='CONNECT', ua=CHROME), ask('NTLM'))
    s.talk(*ntlm_login('bob', ua=CHROME))
    s.done(passed(c, s, 'NTLM', 'LAB\\bob', 2), silent(c, s, 'no-credentials'))


@case('played')
def played_prompt_cancelled(c):
    """a browser shows the login box for seven seconds, then the person closes it"""
    s = Stage(c)
    s.talk(req(ua=CHROME), ask(REALM), sleep(7), FIN)
    s.done(silent(c, s, 'no-credentials'))


@case('played', MANY)
def played_sso_not_used(c):
    """a browser logs in by itself on two computers; on a third the same browser does not"""
    s = Stage(c)
    for i in (1, 2):
        s.talk(*ntlm_login(f'user{i}', ua=CHROME), src=many(i))
    s.talk(req(ua=CHROME), ask('NTLM'), src=many(3))
    s.done(*(passed(c, s, 'NTLM', f'LAB\\user{i}', client=many(i)) for i in (1, 2)), silent(c, s, 'no-credentials', client=many(3)))


@case('played', 'pbc2')
def played_weaker_scheme_first(c):
    """the proxy offers Basic before NTLM; a good login"""
    s = Stage(c)
    s.talk(req(), ask(REALM, 'NTLM'), req(paz=basic('bob', 'Gr4nite.Quay-08')), ok())
    s.done(passed(c, s, 'Basic', 'bob'))


@case('played', 'pbc3')
def played_only_this_host(c):
    """a user passes for two hosts, is refused for a third one, and passes again: a rule, not the password"""
    s = Stage(c)
    urls = ['http://www.example.test/', 'http://mirror.example.test/', 'http://api.saas.test/', 'http://www.example.test/',
            'http://api.saas.test/', 'http://mirror.example.test/']
    for u in urls:
        s.talk(*ntlm_login('bob', good='saas' not in u, url=u))
    s.done(passed(c, s, 'NTLM', 'LAB\\bob', 4), refused(c, s, 'NTLM', 'other', 'LAB\\bob', n=2))


@case('played', MANY)
def played_offer_changed(c):
    """the proxy offers NTLM, then Basic only: clients go on to send NTLM"""
    s = Stage(c)
    rows = []
    for i in (1, 2, 3):
        s.talk(*ntlm_login(f'user{i}'), src=many(i))
        rows.append(passed(c, s, 'NTLM', f'LAB\\user{i}', client=many(i)))
    for i in (1, 2, 3):
        s.talk(req(paz=f'NTLM {t1()}'), ask(REALM), src=many(i))
        rows.append(refused(c, s, 'NTLM', 'policy-change', step='negotiate', client=many(i), broke_at_ok=['negotiate', 'authenticate', 'offer']))
    s.done(*rows)


@case('played', MANY)
def played_offer_changed_unanswered(c):
    """the proxy offers NTLM, then Basic only: clients that logged in before do not answer any more"""
    s = Stage(c)
    rows = []
    for i in (1, 2, 3):
        s.talk(*ntlm_login(f'user{i}'), src=many(i))
        rows.append(passed(c, s, 'NTLM', f'LAB\\user{i}', client=many(i)))
    for i in (1, 2, 3):
        s.talk(req(), ask(REALM), src=many(i))
        rows.append(silent(c, s, 'policy-change', client=many(i)))
    s.done(*rows)


@case('played', 'pbc4')
def played_unanswered_loop(c):
    """a program without credentials asks again and again, thirty times in a few seconds"""
    s = Stage(c)
    for _ in range(30):
        s.talk(req(ua='FeedReader/1.4'), ask(REALM), sleep(.1))
    s.done(silent(c, s, 'retry-loop', 30, cause_ok=['retry-loop', 'no-credentials']))


@case('played')
def played_two_products(c):
    """behind one address two products answer, and one of them refuses what the other takes"""
    s = Stage(c)
    good = basic('bob', 'Gr4nite.Quay-08')
    for server, passes in (('Alpha/1.0', True), ('Beta/2.0', False), ('Alpha/1.0', True)):
        s.talk(req(), ask(REALM, server=server), req(paz=good), ok() if passes else ask(REALM, server=server))
    s.done(passed(c, s, 'Basic', 'bob', 2), refused(c, s, 'Basic', 'upstream-proxy', 'bob', cause_ok=['upstream-proxy', 'policy-change', 'other', 'credentials-rejected']))


@case('played', MANY)
def played_node_refuses(c):
    """behind one address the node NODE-B refuses everybody, NODE-A lets everybody in"""
    s = Stage(c)
    rows = []
    for i, u in enumerate(('anna', 'ben', 'cora', 'dina'), 1):
        s.talk(*ntlm_login(u, challenge=t2(computer='NODE-A', seed=u)), src=many(i))
        s.talk(*ntlm_login(u + '2', False, challenge=t2(computer='NODE-B', seed=u + '2')), src=many(i + 10))
        rows += [passed(c, s, 'NTLM', f'LAB\\{u}', client=many(i)),
                 refused(c, s, 'NTLM', 'policy-change', f'LAB\\{u}2', client=many(i + 10))]
    s.done(*rows)


@case('played', MANY)
def played_kerberos_node_refuses(c):
    """a balancer hands logins to the nodes kga and kgb in turn; kgb has a wrong keytab: each of two clients is refused there, and
    gets in at kga with its next try"""
    s = Stage(c)
    rows = []
    for i in (1, 2):
        for node, good in (('kgb', False), ('kga', True), ('kgb', False)):
            s.talk(*kerberos_login(good, headers=(f'Via: 1.1 {node}.lab.test (lab-play/1.0)',), seed=f'{i}{node}', n=200), src=many(i))
        rows += [passed(c, s, 'Negotiate/Kerberos', client=many(i)),
                 refused(c, s, 'Negotiate/Kerberos', 'kerberos-wrong-key', step='ticket', n=2, client=many(i))]
    s.done(*rows)


@case('played', 'pbc3')
def played_stale_program_since(c):
    """the password is changed: the browser has the new one, the mail program on the same computer keeps the old one"""
    s = Stage(c)
    mail = dict(ua='MailSync/1.0')
    s.talk(*ntlm_login('carol', **mail))
    s.talk(*ntlm_login('carol', ua=CHROME))
    for _ in range(2):
        s.talk(*ntlm_login('carol', False, **mail))
        s.talk(*ntlm_login('carol', ua=CHROME))
    s.done(passed(c, s, 'NTLM', 'LAB\\carol', n=4), refused(c, s, 'NTLM', 'stale-cached-credentials', 'LAB\\carol', n=2))


@case('played', MANY)
def played_two_proxies_down(c):
    """two proxies of one host lose their directory at once: the one has three users, the other a single one, all of whom get in
    before and after"""
    s, other = Stage(c), Stage(c, 9102)
    users = ('anna', 'ben', 'cora')
    rows = []
    for good in (True, False, True):
        for i, u in enumerate((*users, 'dina'), 1):
            (other if u == 'dina' else s).talk(req(paz=basic(u, f'{u}-Reed-71')), ok() if good else ask(REALM), src=many(i))
    other.done()
    s.n407 += other.n407
    for i, u in enumerate((*users, 'dina'), 1):
        at = other if u == 'dina' else s
        rows += [passed(c, at, 'Basic', u, 2, many(i)), refused(c, at, 'Basic', 'auth-backend-down', u, 'credentials', client=many(i))]
    s.done(*rows)


@case('played', MANY)
def played_lockout_near(c):
    """one account is refused seven times in a minute, from two computers, by two programs"""
    s = Stage(c)
    for i in range(7):
        s.talk(*ntlm_login('svc-scan', False, ua=f'Agent{i % 2}/1.0'), src=many(i % 2 + 1))
    s.done(*(refused(c, s, 'NTLM', 'credentials-rejected', 'LAB\\svc-scan', n=4 - i, client=many(i + 1),
                     cause_ok=['credentials-rejected', 'account-locked', 'stale-cached-credentials']) for i in (0, 1)))


@case('played', 'pbc4')
def played_worked_until(c):
    """a program logs in with its domain; after an update it sends another domain and is refused"""
    s = Stage(c)
    s.talk(*ntlm_login('bob'))
    for _ in range(2):
        s.talk(*ntlm_login('bob', False, domain='PC17'))
    s.done(passed(c, s, 'NTLM', 'LAB\\bob'), refused(c, s, 'NTLM', 'credentials-rejected', 'PC17\\bob', n=2))


# --- real clients and proxies ---------------------------------------------------------------------------------
@case('played', 'pbc2')
def played_squid_helper_broken(c):
    """Squid whose NTLM helper answers BH to every type 1; curl --proxy-ntlm"""
    c.curl('nego', 'bob', how='--proxy-ntlm')
    c.amend = lambda r: r.update(scheme='NTLM', outcome='rejected', broke_at='negotiate', cause='auth-backend-down', user=None, count=2, broke_at_ok=['negotiate', 'authenticate'])


@case('played', 'pbc3')
def played_requests_cannot_ntlm(c):
    """Squid offers Negotiate and NTLM only; python-requests without credentials"""
    c.client = 'python-requests 2.28'
    c.requests('nego', None)
    c.amend = lambda r: r.update(cause='scheme-mismatch', cause_ok=['scheme-mismatch', 'no-credentials'])


@case('played', 'pbc4')
def played_requests_cannot_digest(c):
    """Squid offers Digest only; python-requests without credentials"""
    c.client = 'python-requests 2.28'
    c.requests('digest', None)
    c.amend = lambda r: r.update(cause='scheme-mismatch', cause_ok=['scheme-mismatch', 'no-credentials'])


@case('played')
def played_cntlm_refused(c):
    """a program talks to cntlm on another host, whose stored password the proxy behind it refuses (the leg between program and cntlm)"""
    import subprocess
    conf = '/var/tmp/p407-cntlm.conf'
    with open(conf, 'w') as f:
        f.write(f'Username bob\nDomain LAB\nPassword {WRONG}\nProxy 10.79.0.20:9102\nListen 10.79.0.21:3128\nGateway yes\nAuth NTLMv2\n')
    c.secrets.append(WRONG)
    s = Stage(c, 9102)
    import threading
    def parent():
        import socket
        s.l.settimeout(8)
        while True:
            try:
                k = s.l.accept()[0]
            except OSError:
                return
            threading.Thread(target=serve, args=(k,), daemon=True).start()

    def serve(k):
        k.settimeout(5)
        try:
            while True:
                buf = b''
                while b'\r\n\r\n' not in buf:
                    d = k.recv(65536)
                    if not d:
                        return
                    buf += d
                k.sendall(ask(f'NTLM {t2()}' if b'NTLM TlRMTVNTUAAB' in buf else 'NTLM', server='squid/5.7')[1])
        except OSError:
            pass
    t = threading.Thread(target=parent, daemon=True)
    t.start()
    p = subprocess.Popen(['ip', 'netns', 'exec', 'pbp2', 'cntlm', '-f', '-c', conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    c.curl(None, None, px='http://10.79.0.21:3128')
    c.curl(None, 'alice', px='http://10.79.0.21:3128')
    p.terminate()
    p.wait()
    s.l.close()
    c.proxy, c.client = 'cntlm 0.92.3', 'curl 7.88.1'
    at = '10.79.0.21:3128'
    c.n407, c.log = None, []
    c.rows = [row(c.ip, at, 'none', 'abandoned', 'offer', 'upstream-proxy', optional=True), row(c.ip, at, 'Basic', 'rejected', 'authenticate', 'upstream-proxy', 'alice')]
    c.uncounted = True
