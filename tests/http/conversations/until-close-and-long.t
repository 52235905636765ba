# More than 64 KiB of a body without end: the exchange is given before.
# also: client first
# also: server first
>>>
GET http://a.test/ HTTP/1.1

<<<
HTTP/1.1 200 OK
Connection: close

<<< fill 65535
<<< fill 2
<<< fill 5000
<<< end
===
1 GET http://a.test/ #1 -> 200 #2/2/0 until-close close
