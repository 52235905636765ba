# The proxy closes without a word.
# also: client first
# also: server first
>>>
GET http://a.test/ HTTP/1.1

<<< end
>>> end
===
1 GET http://a.test/ #1 -> -
