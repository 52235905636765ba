# 204 and 304 have none, whatever the fields say.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 204 No Content
Content-Length: 5

>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 304 Not Modified
Transfer-Encoding: chunked

>>>
GET http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 200
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 204 #2
2 GET http://a.test/2 #3 -> 304 #4
3 GET http://a.test/3 #5 -> 200 #6 length=0
