-- args: one two --three -4
-- The harness passes these to the script.
for i = -1, #arg do print(i, arg[i]) end print(...)
