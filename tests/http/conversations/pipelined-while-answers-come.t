# The third request acknowledges the first answer; the second request has
# none yet, and it is not lost.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 2

1\n\
>>>
GET http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 2

2\n\
<<<
HTTP/1.1 200 OK
Content-Length: 2

3\n\
===
1 GET http://a.test/1 #1 -> 200 #2 length=2
2 GET http://a.test/2 #1 -> 200 #4 length=2
3 GET http://a.test/3 #3 -> 200 #5 length=2
