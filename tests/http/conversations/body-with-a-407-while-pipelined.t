# The second request left before the first answer began: no reason to look
# for the next message inside the body.
# also: client first
>>>
GET http://a.test/log HTTP/1.1

GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 66

<<<
HTTP/1.1 407 Proxy Authentication Required
Content-Length: 0

\n\
<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/log #1 -> 200 #2/2/3 length=66
2 GET http://a.test/2 #1 -> 200 #4 length=0
