# The 100 belongs to the answer that is not in the capture.
>>>
PUT http://a.test/1 HTTP/1.1
Content-Length: 3

<<<
HTTP/1.1 100 Continue

>>>
abc\
<<< missing
HTTP/1.1 201 Created
Content-Length: 0

>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 PUT http://a.test/1 #1/1/3 length=3 -> -
2 GET http://a.test/2 #4 -> 200 #5 length=0
