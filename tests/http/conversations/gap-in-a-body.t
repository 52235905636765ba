# A body of known length: the gap is a part of it.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 30

0123456789\
<<< missing
0123456789\
<<<
HTTP/1.1 2\
>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 407 #2/2/3 length=30 kept=10 gap
2 GET http://a.test/2 #4 -> 200 #5 length=0
