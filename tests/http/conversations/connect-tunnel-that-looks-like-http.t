# CONNECT, 407, CONNECT, 200: then the tunnel carries plain HTTP, which is
# nobody's business here.
>>>
CONNECT a.test:80 HTTP/1.1
Host: a.test:80

<<<
HTTP/1.1 407 Proxy Authentication Required
Proxy-Authenticate: NTLM
Content-Length: 0

>>>
CONNECT a.test:80 HTTP/1.1
Host: a.test:80
Proxy-Authorization: NTLM TlRMTVNTUAAB

<<<
HTTP/1.1 200 Connection established

>>>
GET / HTTP/1.1
Host: a.test

<<<
HTTP/1.1 407 Not For You
Content-Length: 0

===
1 CONNECT a.test:80 #1 -> 407 #2 length=0
2 CONNECT a.test:80 #3 -> 200 #4 tunnel
