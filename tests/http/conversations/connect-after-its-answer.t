# Captured out of order: the 200 before its CONNECT, and already the tunnel.
>>>
CONNECT a.test:80 HTTP/1.1

<<< ahead 1
HTTP/1.0 200 Connection established

HTTP/1.1 407 In The Tunnel

===
1 CONNECT a.test:80 #2 -> 200 #1 close tunnel
