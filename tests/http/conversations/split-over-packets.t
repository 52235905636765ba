# Heads and bodies in several packets: frames of first byte, head and end.
# also: client first
>>>
POST http://a.t\
>>>
est/ HTTP/1.1
Content-Length: 4

a\
>>>
bcd\
<<<
HTTP/1.1 4\
<<<
07 No
Content-Length: 4

ab\
<<<
cd\
===
1 POST http://a.test/ #1/2/3 length=4 -> 407 #4/5/6 length=4 kept=4
