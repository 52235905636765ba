# A CONNECT that is refused leaves HTTP on the connection.
>>>
CONNECT a.test:25 HTTP/1.1

<<<
HTTP/1.1 403 Forbidden
Content-Length: 3

no\n\
>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 204 No Content

===
1 CONNECT a.test:25 #1 -> 403 #2 length=3
2 GET http://a.test/ #3 -> 204 #4
