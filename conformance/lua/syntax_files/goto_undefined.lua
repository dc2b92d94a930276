-- goto without a label.
do
  goto done
end
print("x")
