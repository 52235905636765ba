# Only the proxy's half was captured.
<<<
HTTP/1.1 407 No
Content-Length: 3

no\n\
<<<
HTTP/1.1 407 No
Content-Length: 3

no\n\
<<<
HTTP/1.1 200 OK
Content-Length: 3

ok\n\
===
1 - -> 407 #1 length=3 kept=3
2 - -> 407 #2 length=3 kept=3
3 - -> 200 #3 length=3
