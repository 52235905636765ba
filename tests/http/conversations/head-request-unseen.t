# The capture begins between HEAD and its answer.  Behind the head stands
# the next one, so there was no body.
>>> unseen
HEAD http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 Proxy Authentication Required
Content-Length: 3300

>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 2

ok\
===
1 - -> 407 #1
2 GET http://a.test/ #2 -> 200 #3 length=2
