# Expect: 100-continue, answered 407: the announced body is never sent, the
# next request stands in its place.
>>>
POST http://a.test/ HTTP/1.1
Expect: 100-continue
Content-Length: 1000

<<<
HTTP/1.1 407 Proxy Authentication Required
Content-Length: 3

no\n\
>>>
POST http://a.test/ HTTP/1.1
Expect: 100-continue
Content-Length: 4

<<<
HTTP/1.1 100 Continue

>>>
data\
<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 POST http://a.test/ #1/1/0 length=1000 -> 407 #2 length=3 kept=3
2 POST http://a.test/ #3/3/5 length=4 -> 200 #6 length=0 interim=1
