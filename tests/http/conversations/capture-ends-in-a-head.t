>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 No
Proxy-Authenticate: NTLM
Proxy-Au\
===
1 GET http://a.test/ #1 -> 407 #2 head-cut
