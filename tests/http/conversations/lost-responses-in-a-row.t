# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

>>>
GET http://a.test/2 HTTP/1.1

<<< missing
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/3 HTTP/1.1

<<< missing
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/4 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

>>>
GET http://a.test/5 HTTP/1.1

===
1 GET http://a.test/1 #1 -> 200 #2 length=0
2 GET http://a.test/2 #3 -> -
3 GET http://a.test/3 #4 -> -
4 GET http://a.test/4 #5 -> 200 #6 length=0
5 GET http://a.test/5 #7 -> -
