# Folded lines, small letters, bare LF, spaces before the colon, lines
# without a colon, NULs, empty lines in front, a reason that is missing.
# also: client first
>>>


get http://a.test/with space HTTP/1.1\n\
host: a.test\n\
proxy-connection: Keep-Alive\n\
\n\
<<<
HTTP/1.1 407
PROXY-AUTHENTICATE: Digest
  realm="x",
	nonce="y"
content-length : 3
this is no field
: nor this
X-Nul: a\0b

no\n\
>>>

PURGE * HTTP/1.1

<<<
\n\
HTTP/1.1 200 
TRANSFER-ENCODING: CHUNKED

0

===
1 get http://a.test/with space #1 -> 407 #2 length=3 kept=3 folded bad-field
2 PURGE * #3 -> 200 #4 chunked
