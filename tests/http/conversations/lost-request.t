# The second request is not in the capture; its answer stands alone, once
# the third request shows that it was there before.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

>>> missing
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 200 #2 length=0
2 - -> 407 #3 length=0
3 GET http://a.test/3 #4 -> 200 #5 length=0
