# Extensions, trailers, a number padded with spaces.
# also: client first
>>>
POST http://a.test/ HTTP/1.1
Transfer-Encoding: chunked

5;a="b;c"
hello
0

<<<
HTTP/1.1 407 No
Transfer-Encoding: gzip, Chunked

00000A ;x
0123456789
3  
abc
0
Checksum: 1

HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 POST http://a.test/ #1 chunked -> 407 #2 chunked kept=13
2 - -> 407 #2 length=0
3 GET http://a.test/ #3 -> 200 #4 length=0
