-- Sorts t[1] to t[high] as sort.rs does, with calls of the comparison function `less`. Gives true if that is no order. Accesses to
-- tables are raw here. The build script makes a second one of it, in which `less(a, b)` is `a < b`.
return function(t, less, high)
  local low, count, waiting_low, waiting_high, waiting = 1, 0, 0, 0
  while true do
    while low < high do
      local x, y = t[low], t[high]
      if less(y, x) then
        t[low] = y
        t[high] = x
      end
      if high - low == 1 then break end
      local up = (low + high) >> 1
      x = t[up]
      y = t[low]
      if less(x, y) then
        t[up] = y
        t[low] = x
      else
        y = t[high]
        if less(y, x) then
          t[up] = y
          t[high] = x
        end
      end
      if high - low == 2 then break end
      local down = high - 1
      local pivot = t[up]
      x = t[down]
      t[up] = x
      t[down] = pivot
      up = low
      while true do
        up = up + 1
        x = t[up]
        while less(x, pivot) do
          if up >= high then return true end
          up = up + 1
          x = t[up]
        end
        down = down - 1
        y = t[down]
        while less(pivot, y) do
          if down <= low then return true end
          down = down - 1
          y = t[down]
        end
        if down < up then break end
        t[up] = y
        t[down] = x
      end
      down = high - 1
      x = t[down]
      y = t[up]
      t[down] = y
      t[up] = x
      -- The smaller part is sorted first, the larger one waits if there is anything to sort in it.
      local first, last
      if up - low < high - up then
        first = up + 1
        last = high
        high = up - 1
      else
        first = low
        last = up - 1
        low = up + 1
      end
      if first < last then
        if count == 0 then
          waiting_low = first
          waiting_high = last
        else
          waiting = waiting or {0, 0, 0, 0, 0, 0, 0, 0}
          waiting[2 * count - 1] = first
          waiting[2 * count] = last
        end
        count = count + 1
      end
    end
    if count == 0 then return end
    count = count - 1
    if count == 0 then
      low = waiting_low
      high = waiting_high
    else
      low = waiting[2 * count - 1]
      high = waiting[2 * count]
    end
  end
end
