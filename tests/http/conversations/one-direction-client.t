# Only the client's half was captured.
>>>
GET http://a.test/ HTTP/1.1

<<< unseen
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/ HTTP/1.1
Proxy-Authorization: Basic YTpi

<<< unseen
HTTP/1.1 200 OK
Content-Length: 0

===
1 GET http://a.test/ #1 -> -
2 GET http://a.test/ #2 -> -
