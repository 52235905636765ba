# Exactly 64 KiB are waited for, one more is not, however it is cut.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 65536

<<< fill 65536
>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 65537

<<< fill 65537
>>>
GET http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 407 No
Transfer-Encoding: chunked

1000f
<<< fill 65551

0

>>>
GET http://a.test/4 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 200 #2/2/3 length=65536
2 GET http://a.test/2 #4 -> 200 #5/5/0 length=65537
3 GET http://a.test/3 #7 -> 407 #8/8/0 chunked kept=4096
4 GET http://a.test/4 #10 -> 200 #11 length=0
