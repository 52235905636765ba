# The client does not wait for the 200 before it speaks in the tunnel.
# also: client first
>>>
CONNECT a.test:80 HTTP/1.1

>>>
GET /in/the/tunnel HTTP/1.1
Host: a.test

<<<
HTTP/1.1 200 OK
Content-Length: 7

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 CONNECT a.test:80 #1 -> 200 #3 tunnel
