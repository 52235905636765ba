# A client that asks for more while a body comes.  The first packet that
# acknowledges it goes on with the body, so later ones do, too.
>>>
GET http://a.test/log HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 76

0123456789\
>>>
GET http://a.test/2 HTTP/1.1

<<<
more log\r\n\
<<<
HTTP/1.1 407 No
Content-Length: 0

HTTP/1.1 200 OK\r\n\
\n\
<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/log #1 -> 200 #2/2/5 length=76
2 GET http://a.test/2 #3 -> 200 #6 length=0
