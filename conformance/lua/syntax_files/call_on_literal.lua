-- A call on a literal.
"text":upper()
