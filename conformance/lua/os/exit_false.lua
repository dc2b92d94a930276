-- os.exit(false).
print("bye") os.exit(false)
