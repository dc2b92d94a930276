-- Incremental one-way constraint solver after Freeman-Benson and Maloney's
-- DeltaBlue algorithm, on a chain of equalities and on a set of scale constraints.
-- Measures: polymorphic method calls, object graphs, list handling.
-- small: 10
-- long: 150000
local n = tonumber(arg and arg[1]) or 60000

-- Strengths: a smaller number is stronger.
local REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST =
  0, 1, 2, 3, 4, 5, 6

local planner

local Variable = {}
Variable.__index = Variable

local function new_variable(name, value)
  return setmetatable({
    name = name, value = value, constraints = {}, determined_by = nil,
    mark = 0, walk_strength = WEAKEST, stay = true,
  }, Variable)
end

function Variable:add(constraint)
  self.constraints[#self.constraints + 1] = constraint
end

function Variable:remove(constraint)
  local list = self.constraints
  for i = 1, #list do
    if list[i] == constraint then
      table.remove(list, i)
      break
    end
  end
  if self.determined_by == constraint then self.determined_by = nil end
end

local Constraint = {}
Constraint.__index = Constraint

function Constraint:is_input() return false end

function Constraint:activate()
  self:add_to_graph()
  planner:incremental_add(self)
end

function Constraint:destroy()
  if self:is_satisfied() then
    planner:incremental_remove(self)
  else
    self:remove_from_graph()
  end
end

-- Tries to enforce the constraint; answers the constraint that it displaced.
function Constraint:satisfy(mark)
  self:choose_method(mark)
  if not self:is_satisfied() then
    assert(self.strength ~= REQUIRED, "cannot satisfy a required constraint")
    return nil
  end
  self:mark_inputs(mark)
  local out = self:output()
  local overridden = out.determined_by
  if overridden then overridden:mark_unsatisfied() end
  out.determined_by = self
  assert(planner:add_propagate(self, mark), "cycle")
  out.mark = mark
  return overridden
end

local function subclass(parent)
  local c = setmetatable({}, { __index = parent })
  c.__index = c
  return c
end

-- Constraints on one variable.
local Unary = subclass(Constraint)

local function new_unary(class, variable, strength)
  local c = setmetatable({ strength = strength, out = variable, satisfied = false }, class)
  c:activate()
  return c
end

function Unary:add_to_graph()
  self.out:add(self)
  self.satisfied = false
end
function Unary:remove_from_graph()
  self.out:remove(self)
  self.satisfied = false
end
function Unary:choose_method(mark)
  self.satisfied = self.out.mark ~= mark and self.strength < self.out.walk_strength
end
function Unary:is_satisfied() return self.satisfied end
function Unary:mark_inputs() end
function Unary:inputs_known() return true end
function Unary:output() return self.out end
function Unary:mark_unsatisfied() self.satisfied = false end
function Unary:recalculate()
  self.out.walk_strength = self.strength
  self.out.stay = not self:is_input()
  if self.out.stay then self:execute() end
end

local Stay = subclass(Unary)
function Stay:execute() end

local Edit = subclass(Unary)
function Edit:is_input() return true end
function Edit:execute() end

-- Constraints between two variables; `direction` says which one is computed.
local NONE, FORWARD, BACKWARD = 0, 1, 2
local Binary = subclass(Constraint)

local function new_binary(class, v1, v2, strength, scale, offset)
  local c = setmetatable({
    strength = strength, v1 = v1, v2 = v2, direction = NONE, scale = scale, offset = offset,
  }, class)
  c:activate()
  return c
end

function Binary:choose_method(mark)
  local v1, v2, strength = self.v1, self.v2, self.strength
  if v1.mark == mark then
    self.direction = (v2.mark ~= mark and strength < v2.walk_strength) and FORWARD or NONE
  elseif v2.mark == mark then
    self.direction = strength < v1.walk_strength and BACKWARD or NONE
  elseif v1.walk_strength > v2.walk_strength then
    self.direction = strength < v1.walk_strength and BACKWARD or NONE
  else
    self.direction = strength < v2.walk_strength and FORWARD or NONE
  end
end
function Binary:add_to_graph()
  self.v1:add(self)
  self.v2:add(self)
  self.direction = NONE
end
function Binary:remove_from_graph()
  self.v1:remove(self)
  self.v2:remove(self)
  self.direction = NONE
end
function Binary:is_satisfied() return self.direction ~= NONE end
function Binary:input() return self.direction == FORWARD and self.v1 or self.v2 end
function Binary:output() return self.direction == FORWARD and self.v2 or self.v1 end
function Binary:mark_inputs(mark) self:input().mark = mark end
function Binary:inputs_known(mark)
  local v = self:input()
  return v.mark == mark or v.stay or v.determined_by == nil
end
function Binary:mark_unsatisfied() self.direction = NONE end
function Binary:recalculate()
  local from, to = self:input(), self:output()
  local strength, walk = self.strength, from.walk_strength
  to.walk_strength = strength > walk and strength or walk
  to.stay = from.stay
  if to.stay then self:execute() end
end

local Equality = subclass(Binary)
function Equality:execute() self:output().value = self:input().value end

local Scale = subclass(Binary)
function Scale:add_to_graph()
  Binary.add_to_graph(self)
  self.scale:add(self)
  self.offset:add(self)
end
function Scale:remove_from_graph()
  Binary.remove_from_graph(self)
  self.scale:remove(self)
  self.offset:remove(self)
end
function Scale:mark_inputs(mark)
  Binary.mark_inputs(self, mark)
  self.scale.mark, self.offset.mark = mark, mark
end
function Scale:execute()
  if self.direction == FORWARD then
    self.v2.value = self.v1.value * self.scale.value + self.offset.value
  else
    self.v1.value = (self.v2.value - self.offset.value) / self.scale.value
  end
end
function Scale:recalculate()
  local from, to = self:input(), self:output()
  local strength, walk = self.strength, from.walk_strength
  to.walk_strength = strength > walk and strength or walk
  to.stay = from.stay and self.scale.stay and self.offset.stay
  if to.stay then self:execute() end
end

local Planner = {}
Planner.__index = Planner

function Planner:new_mark()
  self.mark = self.mark + 1
  return self.mark
end

function Planner:incremental_add(constraint)
  local mark = self:new_mark()
  local overridden = constraint:satisfy(mark)
  while overridden do overridden = overridden:satisfy(mark) end
end

function Planner:incremental_remove(constraint)
  local out = constraint:output()
  constraint:mark_unsatisfied()
  constraint:remove_from_graph()
  local unsatisfied = self:remove_propagate_from(out)
  for strength = REQUIRED, WEAKEST do
    for _, c in ipairs(unsatisfied) do
      if c.strength == strength then self:incremental_add(c) end
    end
  end
end

local function add_consumers(variable, list)
  local determining = variable.determined_by
  for _, c in ipairs(variable.constraints) do
    if c ~= determining and c:is_satisfied() then list[#list + 1] = c end
  end
end

function Planner:add_propagate(constraint, mark)
  local todo = { constraint }
  while #todo > 0 do
    local c = table.remove(todo)
    local out = c:output()
    if out.mark == mark then
      self:incremental_remove(constraint)
      return false
    end
    c:recalculate()
    add_consumers(out, todo)
  end
  return true
end

function Planner:remove_propagate_from(out)
  out.determined_by = nil
  out.walk_strength = WEAKEST
  out.stay = true
  local unsatisfied, todo = {}, { out }
  while #todo > 0 do
    local v = table.remove(todo)
    for _, c in ipairs(v.constraints) do
      if not c:is_satisfied() then unsatisfied[#unsatisfied + 1] = c end
    end
    local determining = v.determined_by
    for _, c in ipairs(v.constraints) do
      if c ~= determining and c:is_satisfied() then
        c:recalculate()
        todo[#todo + 1] = c:output()
      end
    end
  end
  return unsatisfied
end

function Planner:make_plan(sources)
  local mark = self:new_mark()
  local plan, todo = {}, sources
  while #todo > 0 do
    local c = table.remove(todo)
    local out = c:output()
    if out.mark ~= mark and c:inputs_known(mark) then
      plan[#plan + 1] = c
      out.mark = mark
      add_consumers(out, todo)
    end
  end
  return plan
end

function Planner:extract_plan(constraints)
  local sources = {}
  for _, c in ipairs(constraints) do
    if c:is_input() and c:is_satisfied() then sources[#sources + 1] = c end
  end
  return self:make_plan(sources)
end

local function execute(plan)
  for i = 1, #plan do plan[i]:execute() end
end

local function new_planner() return setmetatable({ mark = 0 }, Planner) end

local function chain(length)
  planner = new_planner()
  local variables = {}
  for i = 0, length do
    local v = new_variable("v" .. i, 0)
    variables[i] = v
    if i > 0 then new_binary(Equality, variables[i - 1], v, REQUIRED) end
  end
  local first, last = variables[0], variables[length]
  new_unary(Stay, last, STRONG_DEFAULT)
  local edit = new_unary(Edit, first, PREFERRED)
  local plan = planner:extract_plan { edit }
  for i = 1, 100 do
    first.value = i
    execute(plan)
    assert(last.value == i, "chain failed")
  end
  edit:destroy()
  return #plan
end

local function change(variable, value)
  local edit = new_unary(Edit, variable, PREFERRED)
  local plan = planner:extract_plan { edit }
  for _ = 1, 10 do
    variable.value = value
    execute(plan)
  end
  edit:destroy()
end

local function projection(count)
  planner = new_planner()
  local scale, offset = new_variable("scale", 10), new_variable("offset", 1000)
  local src, dst
  local targets = {}
  for i = 1, count do
    src, dst = new_variable("src", i), new_variable("dst", i)
    targets[i] = dst
    new_unary(Stay, src, NORMAL)
    new_binary(Scale, src, dst, REQUIRED, scale, offset)
  end
  change(src, 17)
  assert(dst.value == 1170, "projection 1")
  change(dst, 1050)
  assert(src.value == 5, "projection 2")
  change(scale, 5)
  for i = 1, count - 1 do assert(targets[i].value == i * 5 + 1000, "projection 3") end
  change(offset, 2000)
  local sum = 0
  for i = 1, count - 1 do
    assert(targets[i].value == i * 5 + 2000, "projection 4")
    sum = sum + targets[i].value
  end
  return sum
end

local plans, sum = 0, 0
for i = 1, math.ceil(n / 100) do
  plans = plans + chain(math.min(n, 100) + i % 3)
  sum = (sum + projection(math.min(n, 100) + i % 5)) % 1000000007
end
print(string.format("plan steps %d, projected %d", plans, sum))
