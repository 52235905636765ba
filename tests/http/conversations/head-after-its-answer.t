# Captured out of order: the answer first.  What was asked corrects the body.
>>>
HEAD http://a.test/ HTTP/1.1

<<< ahead 1
HTTP/1.1 407 Proxy Authentication Required
Content-Length: 3300

>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 2

ok\
===
1 HEAD http://a.test/ #2 -> 407 #1
2 GET http://a.test/ #3 -> 200 #4 length=2
