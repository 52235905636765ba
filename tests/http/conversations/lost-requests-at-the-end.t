# Answers whose requests are lost are held for a while, not for ever.
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 0

<<<
HTTP/1.1 407 No
Content-Length: 0

<<<
HTTP/1.1 407 No
Content-Length: 0

<<<
HTTP/1.1 407 No
Content-Length: 0

<<<
HTTP/1.1 407 No
Content-Length: 0

<<<
HTTP/1.1 407 No
Content-Length: 0

>>> end
<<<
HTTP/1.1 408 Timeout
Content-Length: 0

===
1 GET http://a.test/1 #1 -> 200 #2 length=0
2 - -> 407 #3 length=0
3 - -> 407 #4 length=0
4 - -> 407 #5 length=0
5 - -> 407 #6 length=0
6 - -> 407 #7 length=0
7 - -> 408 #9 length=0
