-- stdin: return 'chunk from stdin', ...\n
-- loadfile without a name reads standard input.
print(loadfile()(5)) print(select("#", dofile())) print(type(loadfile()))
