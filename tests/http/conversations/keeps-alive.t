# HTTP/1.0 stays open only where it says so; close in either field wins.
# also: client first
>>>
GET http://a.test/1 HTTP/1.0
Proxy-Connection: keep-alive

<<<
HTTP/1.0 200 OK
Connection: Keep-Alive
Content-Length: 0

>>>
GET http://a.test/2 HTTP/1.1
Connection: keep-alive
Proxy-Connection: close

<<<
HTTP/1.1 200 OK
Connection: Upgrade, Close
Content-Length: 0

>>>
GET http://a.test/3 HTTP/1.0
Connection: TE
Proxy-Connection: keep-alive

<<<
HTTP/1.0 407 No
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 200 #2 length=0
2 GET http://a.test/2 #3 close -> 200 #4 length=0 close
3 GET http://a.test/3 #5 close -> 407 #6 length=0 close
