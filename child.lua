local function inside()
  error('child failed')
end
inside()
