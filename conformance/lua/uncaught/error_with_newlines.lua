-- A message of several lines.
error("first\nsecond\nthird")
