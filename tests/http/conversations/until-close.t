# An HTTP/1.0 proxy: the body ends with the connection, in the frame of the
# FIN as Wireshark has it.
# also: client first
# also: server first
>>>
GET http://a.test/ HTTP/1.0

<<<
HTTP/1.0 407 Proxy Authentication Required
Proxy-Authenticate: Basic realm="x"

<title>no\
<<<
</title>\
<<< end
>>> end
===
1 GET http://a.test/ #1 close -> 407 #2/2/4 until-close kept=17 close
