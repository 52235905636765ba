# The capture begins inside a body, in both directions.
>>> unseen
POST http://a.test/ HTTP/1.1
Content-Length: 30

0123456789\
>>>
GET is a word\r\n\
<<< unseen
HTTP/1.1 407 No
Content-Length: 30

0123456789\
<<<
and more of it\r\n\
HTTP/1.1 404 inside
>>>
POST http://a.test/ HTTP/1.1
Content-Length: 0

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 POST http://a.test/ #3 length=0 -> 200 #4 length=0
