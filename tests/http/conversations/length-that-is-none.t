# No number; then two that differ; then the same one twice, which is fine.
>>>
GET http://a.test/1 HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: many

no\n\
>>>
GET http://a.test/2 HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 2
Content-Length: 3

no\n\
>>>
GET http://a.test/3 HTTP/1.1

<<<
HTTP/1.1 200 OK
Content-Length: 3, 3

ok\n\
===
1 GET http://a.test/1 #1 -> 407 #2 until-close kept=3 unframed bad-length
2 GET http://a.test/2 #3 -> 407 #4 until-close kept=3 unframed bad-length
3 GET http://a.test/3 #5 -> 200 #6 length=3
