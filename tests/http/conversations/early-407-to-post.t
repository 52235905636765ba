# 407 while the body is still being sent; the client sends all of it.
>>>
POST http://a.test/ HTTP/1.1
Content-Length: 20

0123456789\
<<<
HTTP/1.1 407 Proxy Authentication Required
Content-Length: 3

no\n\
>>> crossing
GET / HTTP\
>>>
POST http://a.test/ HTTP/1.1
Content-Length: 2

ab\
<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 POST http://a.test/ #1/1/0 length=20 -> 407 #2 length=3 kept=3
2 POST http://a.test/ #4 length=2 -> 200 #5 length=0
