# Two answers are captured before the first request.  The first one is given
# alone by then; its request does not take the answer of the second.
>>>
GET http://a.test/ HTTP/1.1

<<< ahead 1
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/ HTTP/1.1
Proxy-Authorization: NTLM TlRMTVNTUAAB

<<< ahead 2
HTTP/1.1 407 No
Content-Length: 0

>>>
GET http://a.test/ HTTP/1.1
Proxy-Authorization: NTLM TlRMTVNTUAAD

<<<
HTTP/1.1 200 OK
Content-Length: 0

===
1 - -> 407 #1 length=0
2 GET http://a.test/ #3 -> -
3 GET http://a.test/ #4 -> 407 #2 length=0
4 GET http://a.test/ #5 -> 200 #6 length=0
