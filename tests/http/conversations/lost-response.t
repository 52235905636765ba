# The second request acknowledges an answer that nobody saw.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<< missing
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> -
2 GET http://a.test/2 #2 -> 200 #3 length=0
