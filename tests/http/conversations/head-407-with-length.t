# The answer to HEAD announces a body and has none.
# also: client first
>>>
HEAD http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 Proxy Authentication Required
Content-Length: 3300

>>>
HEAD http://a.test/ HTTP/1.1
Proxy-Authorization: Basic YTpi

<<<
HTTP/1.1 200 OK
Content-Length: 70000

===
1 HEAD http://a.test/ #1 -> 407 #2
2 HEAD http://a.test/ #3 -> 200 #4
