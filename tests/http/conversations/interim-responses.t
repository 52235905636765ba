# 100 and 103 answer nothing; the final response does.
# also: client first
>>>
PUT http://a.test/ HTTP/1.1
Content-Length: 3

<<<
HTTP/1.1 100 Continue

>>>
abc\
<<<
HTTP/1.1 103 Early Hints
Link: </x>

HTTP/1.1 201 Created
Content-Length: 0

===
1 PUT http://a.test/ #1/1/3 length=3 -> 201 #4 length=0 interim=2
