# A chunk size that is none: what follows is looked for at the next packet.
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 407 No
Transfer-Encoding: chunked

3
abc
<html>
no
HTTP/1.1 200 Not a head
Content-Length: 0

>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 407 #2 chunked kept=3 bad-length
2 GET http://a.test/2 #3 -> 200 #4 length=0
