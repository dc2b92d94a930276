-- Comparison of two tables.
table.sort({ {}, {} })
