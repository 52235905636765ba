# More body than announced: passed over up to the next packet.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 4

<html>no</html>
HTTP/1.1 200 not a head
Content-Length: 0

>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 407 #2 length=4 kept=4
2 GET http://a.test/2 #3 -> 200 #4 length=0
