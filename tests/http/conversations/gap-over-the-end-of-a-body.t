# The end of the body and the next head are gone, and so is that request's
# answer; the one after it is found.
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 20

0123456789\
<<< missing
0123456789\
>>>
GET http://a.test/2 HTTP/1.1

<<< missing
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 407 #2 length=20 kept=10 gap
2 GET http://a.test/2 #3 -> -
3 GET http://a.test/3 #4 -> 200 #5 length=0
