# The commonest of all: 407, the same request with credentials, 200.
# also: client first
>>>
GET http://a.test/ HTTP/1.1
Host: a.test

<<<
HTTP/1.1 407 Proxy Authentication Required
Proxy-Authenticate: Basic realm="x"
Content-Length: 4

no!\n\
>>>
GET http://a.test/ HTTP/1.1
Host: a.test
Proxy-Authorization: Basic YTpi

<<<
HTTP/1.1 200 OK
Content-Length: 2

ok\
===
1 GET http://a.test/ #1 -> 407 #2 length=4 kept=4
2 GET http://a.test/ #3 -> 200 #4 length=2
