-- flags: -e x=5
-- The harness passes these to the script.
print(arg[-1], arg[-2], arg[-3], arg[0]) print(x)
