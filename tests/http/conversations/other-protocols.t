# Like HTTP, but not it.
>>>
OPTIONS sip:a.test SIP/2.0
CSeq: 1 OPTIONS

<<<
SIP/2.0 407 Proxy Authentication Required
CSeq: 1 OPTIONS

>>>
DESCRIBE rtsp://a.test/ RTSP/1.0

<<<
RTSP/1.0 200 OK

<<<
ICY 200 OK

>>>
GET /old/style
===
