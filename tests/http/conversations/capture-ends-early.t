# The capture ends inside a body; nobody can say where it ends.
# also: client first
# also: server first
>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 407 No
Content-Length: 5000

<html>\
===
1 GET http://a.test/ #1 -> 407 #2/2/0 length=5000 kept=6
