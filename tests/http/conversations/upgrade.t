# 101: what follows is not HTTP.
>>>
GET http://a.test/ws HTTP/1.1
Upgrade: websocket
Connection: Upgrade

<<<
HTTP/1.1 101 Switching Protocols
Upgrade: websocket
Connection: Upgrade

HTTP/1.1 407 No

>>>
GET / HTTP/1.1

===
1 GET http://a.test/ws #1 -> 101 #2
