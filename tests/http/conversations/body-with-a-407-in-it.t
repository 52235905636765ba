# A 200 whose body is the text of a 407, also at the beginning of a packet.
# also: client first
>>>
GET http://a.test/log HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 149

HTTP/1.1 407 Proxy Authentication Required
Content-Length: 0

<<<
HTTP/1.1 407 Proxy Authentication Required
Content-Length: 0

<<<
HTTP/1.1 200 OK

>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/log #1 -> 200 #2/2/4 length=149
2 GET http://a.test/2 #5 -> 200 #6 length=0
