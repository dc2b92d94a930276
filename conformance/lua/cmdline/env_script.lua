-- env: GREETING=hello world
-- env: NUM=5
-- The harness passes these to the script.
print(os.getenv("GREETING"), os.getenv("NUM"))
