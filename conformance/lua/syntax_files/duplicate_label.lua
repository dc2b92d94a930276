-- The same label twice.
::top::
print(1)
::top::
