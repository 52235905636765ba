>>>
PRI * HTTP/2.0

SM

GET / HTTP/1.1

<<<
HTTP/1.1 407 No

===
