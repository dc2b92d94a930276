print("hi", arg[-1], arg[0], #arg) error"x"
