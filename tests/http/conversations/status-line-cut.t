# A snaplen so small that not even the first lines are whole.
>>>
GET http://www.example.te\
>>> missing
st/ HTTP/1.1

<<<
HTTP/1.1 407 Proxy Authe\
<<< missing
ntication Required
Content-Length: 0

>>>
GET / HTTP/1.1
Pro\
>>> missing
xy-Authorization: Basic YTpi

<<<
HTTP/1.1 200 OK\
<<< missing


===
1 - -> 407 #2 head-cut
2 GET / #3 head-cut -> 200 #4 head-cut
