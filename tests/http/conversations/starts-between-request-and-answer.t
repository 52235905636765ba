# The first answer has no request; the second is not paired with the wrong
# one.
>>> unseen
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 3

no\n\
>>>
GET http://a.test/ HTTP/1.1
Proxy-Authorization: Basic YTpi

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 - -> 407 #1 length=3 kept=3
2 GET http://a.test/ #2 -> 200 #3 length=0
