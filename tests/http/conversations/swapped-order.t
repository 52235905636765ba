# Two packets change places on their way to the capture, twice.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<< ahead 1
HTTP/1.1 407 No
Content-Length: 3

no\n\
>>>
GET http://a.test/2 HTTP/1.1

<<< ahead 1
HTTP/1.1 200 OK
Content-Length: 3

ok\n\
===
1 GET http://a.test/1 #2 -> 407 #1 length=3 kept=3
2 GET http://a.test/2 #4 -> 200 #3 length=3
