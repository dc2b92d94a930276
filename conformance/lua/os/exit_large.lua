-- Exit codes wrap at 256.
io.stdout:write("no newline") os.exit(256 + 5)
