# No length, not chunked, and the connection stays open.
>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 No
Proxy-Authenticate: NTLM

>>>
GET http://a.test/ HTTP/1.1
Proxy-Authorization: NTLM TlRMTVNTUAAB

<<<
HTTP/1.1 407 No
Proxy-Authenticate: NTLM TlRMTVNTUAAC

more of it\
>>>
GET http://a.test/ HTTP/1.1
Proxy-Authorization: NTLM TlRMTVNTUAAD

<<<
HTTP/1.1 200 OK
Content-Length: 2

ok\
===
1 GET http://a.test/ #1 -> 407 #2 until-close unframed
2 GET http://a.test/ #3 -> 407 #4 until-close kept=10 unframed
3 GET http://a.test/ #5 -> 200 #6 length=2
