-- Very long expansions are exact.
for _, v in ipairs{ 0.1, 1/3, 2^0.5, 1e22, 1e23, 2^100, 2^-100, 1e-120,
  1.7976931348623157e308, 123456789.123456789, 0.5, 1e-5, 9.995, 1.005, 2.675, 1.45, 0.000123456789 } do
  for _, f in ipairs{ "%.50f", "%.99f", "%.60e", "%.99g", "%.30g", "%.25e", "%.1e", "%.2f", "%.1f" } do
    print(f, (string.format(f, v)))
  end
end
