# The connection ends inside the body.
# also: client first
# also: server first
>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 5000

<html>no</html>\
<<< end
===
1 GET http://a.test/ #1 -> 407 #2 length=5000 kept=15 short
