# SPDX-License-Identifier: BSD-2-Clause
"""Bearer: a scripted proxy that wants a signed token (no product at hand does)."""
import base64, time
from common import PW
from lab import *
from sp import jwt


def send(c, token, *urls, inst='bearer', n=1):
    """curl with the token in the header: -H for http, --proxy-header for CONNECT."""
    c.proxy = SCRIPT
    for u in urls or (WWW,):
        opt = '--proxy-header' if u.startswith('https') else '-H'
        c.curl(inst, None, u, how=f'{opt} ' + shlex.quote('Proxy-Authorization: ' + token))
    c.secrets += [token.split(' ')[-1]] if len(token.split(' ')[-1]) > 12 else []


def refused(c, cause, *ok, **k):
    c.amend = lambda r: r['outcome'] == 'rejected' and r.update(cause=cause, cause_ok=[cause, *ok], user_ok=[None, 'svc-build'], **k)


@case('bearer')
def bearer_ok(c):
    """a good token: three GETs and a CONNECT"""
    send(c, 'Bearer ' + jwt(3600, 0), WWW, API, WWW + 'a', 'https://www.example.test/')
    c.amend = dict(authenticated=dict(user_ok=[None, 'svc-build']))


@case('bearer', 'pbc2')
def bearer_ok_opaque(c):
    """a good opaque token"""
    send(c, 'Bearer opaque-good-5c1d9f7e20ab43')


@case('bearer', 'pbc3')
def bearer_expired(c):
    """a token that expired an hour ago: 407 with error="invalid_token"; GET and CONNECT"""
    send(c, 'Bearer ' + jwt(-3600, -7200), WWW, 'https://www.example.test/')
    refused(c, 'token-expired', 'token-rejected')


@case('bearer', 'pbc4')
def bearer_expires_in_mid_capture(c):
    """a token with three seconds to live: good, good, then expired and refused twice; a fresh token is good"""
    t = 'Bearer ' + jwt(3, 0)
    send(c, t, WWW, API)
    time.sleep(5)
    send(c, t, WWW, API)
    time.sleep(.5)
    send(c, 'Bearer ' + jwt(3600, 0))
    refused(c, 'token-expired', 'token-rejected')


@case('bearer')
def bearer_not_yet_valid(c):
    """a token whose nbf and iat lie ten minutes ahead: the issuer's clock is wrong"""
    send(c, 'Bearer ' + jwt(4200, 600))
    refused(c, 'clock-skew', 'token-rejected')


@case('bearer', 'pbc2')
def bearer_wrong_audience(c):
    """a good token for another service; another client's token for this one is good"""
    send(c, 'Bearer ' + jwt(3600, 0, aud='api.saas.test'))
    c.host = 'pbc3'
    send(c, 'Bearer ' + jwt(3600, 0))
    refused(c, 'token-rejected')


@case('bearer', 'pbc3')
def bearer_rotated_key(c):
    """the signing key was rotated: the token with the old kid is refused (its signature is not valid), one with the new kid passes"""
    old = jwt(3600, 0, kid='k0')
    send(c, 'Bearer ' + old[:-6] + ('AAAAAA' if not old.endswith('AAAAAA') else 'BBBBBB'), WWW, API)
    send(c, 'Bearer ' + jwt(3600, 0))
    refused(c, 'token-rejected')


@case('bearer', 'pbc4')
def bearer_opaque_rejected(c):
    """an opaque token that the proxy does not know"""
    send(c, 'Bearer opaque-old-18be77c0f4d2a95e')
    refused(c, 'token-rejected')


@case('bearer')
def bearer_malformed_twice_the_word(c):
    """Proxy-Authorization: Bearer Bearer eyJ...: the program adds the word to a value that has it"""
    send(c, 'Bearer Bearer ' + jwt(3600, 0))
    refused(c, 'malformed-token', 'token-rejected')


@case('bearer', 'pbc2')
def bearer_malformed_words(c):
    """a template that was not filled in: Bearer undefined, Bearer null, Bearer [object Object], an empty token, quotes round a good one"""
    c.proxy = SCRIPT
    for v in ('undefined', 'null', '[object Object]', '', f'"{jwt(3600, 0)}"'):
        send(c, 'Bearer ' + v)
    refused(c, 'malformed-token', 'token-rejected', 'no-credentials')


@case('bearer', 'pbc3')
def bearer_unanswerable(c):
    """curl with user and password meets a proxy that offers only Bearer: --proxy-anyauth never answers"""
    c.proxy = SCRIPT
    c.curl('bearer', 'alice', how='--proxy-anyauth')
    c.curl('bearer', 'alice', 'https://www.example.test/', how='--proxy-anyauth')
    c.amend = dict(abandoned=dict(cause='scheme-mismatch', cause_ok=['scheme-mismatch', 'no-credentials']))


@case('bearer', 'pbc4')
def bearer_no_credentials(c):
    """curl without anything against a Bearer proxy"""
    c.proxy = SCRIPT
    c.curl('bearer')
    c.amend = dict(abandoned=dict(cause_ok=['no-credentials', 'scheme-mismatch']))


@case('bearer')
def bearer_basic_sent(c):
    """Basic sent to a Bearer-only proxy: the password goes out in clear for nothing"""
    c.proxy = SCRIPT
    c.curl('bearer', 'alice')
    c.amend = dict(rejected=dict(cause='scheme-mismatch', broke_at='offer', broke_at_ok=['offer', 'authenticate'], cause_ok=['scheme-mismatch']))


@case('bearer', 'pbc2')
def bearer_in_authorization(c):
    """the token is in Authorization instead of Proxy-Authorization"""
    c.proxy = SCRIPT
    t = jwt(3600, 0)
    c.curl('bearer', None, WWW, how=f"-H 'Authorization: Bearer {t}'")
    c.secrets += [t]
    c.rows = [row(c.ip, c.at('bearer'), 'none', 'abandoned', 'offer', 'wrong-header', None, 1, cause_ok=['wrong-header'], scheme_ok=['none', 'Bearer'],
                  outcome_ok=['abandoned', 'rejected'])]


@case('bearer', 'pbc3')
def bearer_insufficient_scope_403(c):
    """a good token without the scope: 403 insufficient_scope, which is not an authentication failure"""
    send(c, 'Bearer ' + jwt(3600, 0), inst='bearer403')
    c.amend = dict(authenticated=dict(user_ok=[None, 'svc-build']))


@case('bearer', 'pbc4')
def bearer_retry_loop_expired(c):
    """a daemon goes on with an expired token, eight times, twice a second"""
    t = 'Bearer ' + jwt(-60, -3660)
    c.findings = ('token-expired', 'retry-loop')
    for _ in range(8):
        send(c, t, API + 'poll')
        time.sleep(.4)
    refused(c, 'token-expired', 'token-rejected', 'retry-loop')


@case('bearer', 'pbc1')
def bearer_scheme_missing(c):
    """Proxy-Authorization holds the raw token without the word Bearer"""
    t = jwt(3600, 0)
    send(c, t)
    c.secrets += [t]
    c.rows = [row(c.ip, c.at('bearer'), 'none', 'rejected', 'authenticate', 'malformed-token', None, 1, scheme_ok=['none', 'Bearer', 'unknown'],
                  outcome_ok=['rejected', 'abandoned'], broke_at_ok=['authenticate', 'offer'], cause_ok=['malformed-token', 'scheme-mismatch'])]
