# Three requests at once, the answers in their order.
# also: client first
>>>
GET http://a.test/1 HTTP/1.1

GET http://a.test/2 HTTP/1.1

HEAD http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 2

1\n\
HTTP/1.1 407 No
Content-Length: 2

2\n\
<<<
HTTP/1.1 200 OK
Content-Length: 2

===
1 GET http://a.test/1 #1 -> 200 #2 length=2
2 GET http://a.test/2 #1 -> 407 #2 length=2 kept=2
3 HEAD http://a.test/3 #1 -> 200 #3
