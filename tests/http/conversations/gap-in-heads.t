# What there is of a head is given; what follows begins with a packet.
>>>
GET http://a.test/1 HTTP/1.1
Host: a.test
Proxy-Author\
>>> missing
ization: Basic YTpi

<<<
HTTP/1.1 407 No
Proxy-Authenticate: Basic realm="x"
Conte\
<<< missing
nt-Length: 20

<<<
and HTTP/1.1 407 in the
<<<
body
>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 head-cut -> 407 #2 head-cut
2 GET http://a.test/2 #5 -> 200 #6 length=0
