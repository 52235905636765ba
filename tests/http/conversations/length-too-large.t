# The proxy announces more than it sends.  The client does not mind; its next
# request is answered where the rest of the body should be.
>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 5000

<html>no</html>\
>>>
GET http://a.test/ HTTP/1.1
Proxy-Authorization: Basic YTpi

<<<
HTTP/1.1 200 OK
Content-Length: 2

ok\
===
1 GET http://a.test/ #1 -> 407 #2 length=5000 kept=15 overrun
2 GET http://a.test/ #3 -> 200 #4 length=2
