-- Comments of C.
/* comment */
print(1)
