# Inside a chunk it is counted; over its end the message is lost sight of.
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 200 OK
Transfer-Encoding: chunked

10
01234\
<<< missing
56789\
<<<
abcdef
0

>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Transfer-Encoding: chunked

10
01234\
<<< missing
56789abcdef
5
\
<<<
01234
0

>>>
GET http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 200 #2/2/3 chunked gap
2 GET http://a.test/2 #4 -> 200 #5 chunked gap
3 GET http://a.test/3 #7 -> 200 #8 length=0
