//! Turns a random program into Lua source.
//!
//! The source refers to helpers of the batch's prelude: `I` makes any number a small integer, `F`
//! makes tiny numbers 0, `C` cuts a string to 60 bytes, `T` counts a step and stops a program that
//! takes too many, `Show` words any value without an address, and `Q` prints any number of values
//! with their count.

use crate::program::{Block, Cond, Item, Num, Ref, Stmt, Str};

/// The helpers, and `P`, which runs one program and prints where its output begins and how it ended.
pub const PRELUDE: &str = include_str!("prelude.lua");

/// Renders a whole program.
pub(crate) fn source(program: &Block) -> String {
    render(program, Renderer::default())
}

/// Renders a whole program with loops that take many turns.
pub(crate) fn hot_source(program: &Block) -> String {
    let renderer = Renderer {
        hot: true,
        ..Renderer::default()
    };
    render(program, renderer)
}

fn render(program: &Block, mut renderer: Renderer) -> String {
    // One variable of each kind is always in scope.
    renderer.line("local n0, s0, t0 = 1, 'str', { 3, 1, 2, x = 4, y = 5, count = 6 }");
    renderer.line("local function f0(a) T() return a * 2 + 1 end");
    renderer.scope = Scope {
        nums: vec!["n0".into()],
        strs: vec!["s0".into()],
        tabs: vec!["t0".into()],
        funs: vec!["f0".into()],
    };
    renderer.statements(program);
    renderer.line("print(n0, Show(s0), Show(t0))");
    renderer.text
}

#[derive(Clone, Default)]
struct Scope {
    nums: Vec<String>,
    strs: Vec<String>,
    tabs: Vec<String>,
    funs: Vec<String>,
}

#[derive(Default)]
struct Renderer {
    text: String,
    indent: usize,
    names: usize,
    scope: Scope,
    hot: bool,
    /// Loops around the statement.
    loops: u32,
}

fn pick(names: &[String], which: Ref) -> &str {
    // Scopes are never empty: the program's head declares one name of each kind.
    &names[usize::from(which) % names.len()]
}

impl Renderer {
    fn line(&mut self, text: &str) {
        self.text.push_str(&"  ".repeat(self.indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// How many turns a loop takes.
    fn turns(&self, n: u8) -> i32 {
        let n = i32::from(n);
        match self.loops {
            0 if self.hot => 4 + 3 * n,
            1 if self.hot => 2 + n,
            _ => n,
        }
    }

    /// A block in a scope of its own; `inner` are number variables that its head declares.
    fn block(&mut self, head: &str, inner: &[&str], block: &Block, foot: &str) {
        let outer = self.scope.clone();
        self.line(head);
        self.indent += 1;
        self.scope
            .nums
            .extend(inner.iter().map(|&name| name.to_owned()));
        self.statements(block);
        self.indent -= 1;
        self.scope = outer;
        self.line(foot);
    }

    /// The same for the body of a loop.
    fn body(&mut self, head: &str, inner: &[&str], block: &Block, foot: &str) {
        self.loops += 1;
        self.block(head, inner, block, foot);
        self.loops -= 1;
    }

    fn statements(&mut self, block: &Block) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::LocalNum(e) => {
                let (name, e) = (self.fresh("n"), self.num(e));
                self.line(&format!("local {name} = {e}"));
                self.scope.nums.push(name);
            }
            Stmt::LocalStr(e) => {
                let (name, e) = (self.fresh("s"), self.str(e));
                self.line(&format!("local {name} = C({e})"));
                self.scope.strs.push(name);
            }
            Stmt::LocalTable(items, x) => {
                let name = self.fresh("t");
                let items: String = items.iter().map(|item| self.num(item) + ", ").collect();
                let x = self.num(x);
                self.line(&format!("local {name} = {{ {items}x = {x}, y = 1 }}"));
                self.scope.tabs.push(name);
            }
            Stmt::Assign(v, e) => {
                let line = format!("{} = {}", pick(&self.scope.nums, *v), self.num(e));
                self.line(&line);
            }
            Stmt::Update(v, "..", e) => {
                let s = pick(&self.scope.strs, *v);
                let line = format!("{s} ..= {} {s} = C({s})", self.num(e));
                self.line(&line);
            }
            Stmt::Update(v, op, e) => {
                let line = format!("{} {op}= {}", pick(&self.scope.nums, *v), self.num(e));
                self.line(&line);
            }
            Stmt::AssignStr(v, e) => {
                let line = format!("{} = C({})", pick(&self.scope.strs, *v), self.str(e));
                self.line(&line);
            }
            Stmt::SetElement(t, k, v) => {
                // Only the elements 1 to #t + 1 are set, so that there are no holes.
                let t = pick(&self.scope.tabs, *t);
                let line = format!("{t}[I({}) % (#{t} + 1) + 1] = {}", self.num(k), self.num(v));
                self.line(&line);
            }
            Stmt::SetField(t, field, v) => {
                let line = format!("{}.{field} = {}", pick(&self.scope.tabs, *t), self.num(v));
                self.line(&line);
            }
            Stmt::TableCall(t, function) => {
                let t = pick(&self.scope.tabs, *t);
                let line = match *function {
                    "insert" => format!("if #{t} < 20 then table.insert({t}, 1, #{t}) end"),
                    "remove" => format!("print(table.remove({t}, 1))"),
                    // NaN has no place in an order.
                    "sort" => format!("pcall(table.sort, {t}) print(#{t})"),
                    "unpack" => format!("print(unpack({t}, 1, 3))"),
                    "maxn" => format!("print(table.maxn({t}), #{t})"),
                    _ => format!("print(C(table.concat({t}, ',')))"),
                };
                self.line(&line);
            }
            Stmt::Print(items) => {
                let items: Vec<String> = items.iter().map(|item| self.item(item)).collect();
                self.line(&format!("print({})", items.join(", ")));
            }
            Stmt::If(c, yes, no) => {
                let head = format!("if {} then", self.cond(c));
                self.block(&head, &[], yes, "else");
                self.block("", &[], no, "end");
            }
            Stmt::For(from, n, step, body) => {
                let name = self.fresh("i");
                let to = i32::from(*from) + (self.turns(*n) - 1) * i32::from(*step);
                let head = format!("for {name} = {from}, {to}, {step} do T()");
                self.body(&head, &[&name], body, "end");
            }
            Stmt::While(n, body) => {
                let (name, n) = (self.fresh("w"), self.turns(*n));
                self.line(&format!("local {name} = 0"));
                let head = format!("while {name} < {n} do T() {name} += 1");
                self.body(&head, &[], body, "end");
            }
            Stmt::Repeat(n, c, body) => {
                let (name, c, n) = (self.fresh("r"), self.cond(c), self.turns(*n));
                self.line(&format!("local {name} = 0"));
                let head = format!("repeat T() {name} += 1");
                self.body(&head, &[], body, &format!("until {name} >= {n} or ({c})"));
            }
            Stmt::Each(t, body) => {
                let (key, value) = (self.fresh("k"), self.fresh("v"));
                let t = pick(&self.scope.tabs, *t);
                let head =
                    format!("for {key}, {value} in ipairs({t}) do T() if {key} > 4 then break end");
                self.body(&head, &[&key, &value], body, "end");
            }
            Stmt::Words(s, pattern, body) => {
                let (name, count, s) = (self.fresh("s"), self.fresh("c"), self.str(s));
                self.line(&format!("local {count} = 0"));
                let head = format!(
                    "for {name} in (C({s})):gmatch('{pattern}') do T() {count} += 1 if {count} > 4 then break end print(Show({name}))"
                );
                self.body(&head, &[&count], body, "end");
            }
            Stmt::Skip(n, c, true, body) => {
                let (name, label) = (self.fresh("g"), self.fresh("skip"));
                let (c, n) = (self.cond(c), self.turns(*n));
                self.line(&format!(
                    "for {name} = 1, {n} do T() if {name} ~= 2 and ({c}) then goto {label} end do"
                ));
                self.body("", &[&name], body, &format!("end ::{label}:: end"));
            }
            Stmt::Skip(n, c, false, body) => {
                let (name, c, n) = (self.fresh("g"), self.cond(c), self.turns(*n));
                let head = format!(
                    "for {name} = 1, {n} do T() if {name} ~= 2 and ({c}) then continue end"
                );
                self.body(&head, &[&name], body, "end");
            }
            Stmt::Function(body, result) => {
                let (name, parameter) = (self.fresh("f"), self.fresh("a"));
                let outer = self.scope.clone();
                self.line(&format!("local function {name}({parameter}) T()"));
                self.indent += 1;
                self.scope.nums.push(parameter);
                self.statements(body);
                let result = self.num(result);
                self.line(&format!("return {result}"));
                self.indent -= 1;
                self.scope = outer;
                self.line("end");
                self.scope.funs.push(name);
            }
            Stmt::Variadic(arguments) => {
                let arguments: Vec<String> = arguments.iter().map(|a| self.num(a)).collect();
                self.line("print((function(...) local a, b = ... return select('#', ...), b, a, (select('#', ...) > 1 and select(-1, ...)), ... end)(");
                self.line(&format!("  {}))", arguments.join(", ")));
            }
            Stmt::Counter(start, calls) => {
                let (name, start) = (self.fresh("c"), self.num(start));
                self.line(&format!("local {name} = (function() local n = {start} return {{ function() n = n + 1 return n end, || -> n }} end)()"));
                let calls = format!("{name}[1](), ").repeat((*calls).into());
                self.line(&format!("print({calls}{name}[2]())"));
            }
            Stmt::Generator(n, e, body) => {
                let (name, value) = (self.fresh("y"), self.fresh("v"));
                let (e, n) = (self.num(e), self.turns(*n));
                self.line(&format!("for {value} in coroutine.wrap(function() for {name} = 1, {n} do coroutine.yield(({e}) * {name}) end end) do T()"));
                self.body(&format!("print({value})"), &[&value], body, "end");
            }
            Stmt::Protected(body, error) => {
                self.block("print(pcall(function()", &[], body, "");
                match error {
                    Some(item) => {
                        let item = self.item(item);
                        self.line(&format!("error({item}) end))"));
                    }
                    None => self.line("end))"),
                }
            }
            Stmt::Vector(a, b) => {
                let name = self.fresh("m");
                let (a, b) = (self.num(a), self.num(b));
                self.line(&format!("local {name} = {{ __add = |p, q| -> p[1] + q[1], __lt = |p, q| -> p[1] < q[1], __eq = |p, q| -> p[1] == q[1], __concat = |p, q| -> 'cat', __unm = p -> -p[1], __call = |p, x| -> p[1] * x, __tostring = p -> 'V' .. p[1] }}"));
                self.line(&format!("do local p, q = setmetatable({{ {a} }}, {name}), setmetatable({{ {b} }}, {name}) print(p + q, p < q, p == q, p .. 1, 'x' .. q, -p, q(3), tostring(p)) end"));
            }
            Stmt::Proxy(e, field) => {
                let e = self.num(e);
                self.line(&format!("do local log = 0 local p = setmetatable({{ x = {e} }}, {{ __index = function(_, k) log += 1 return k end, __newindex = function(t, k, v) log += 10 rawset(t, k, v) end }}) p.{field} = 1 p.z = p.q print(p.{field}, p.z, p.none, log) end"));
            }
            Stmt::Scope(body) => self.block("do", &[], body, "end"),
            Stmt::Fault(fault, n, s, t) => {
                let code = fault
                    .replace("@n", &self.num(n))
                    // LuaJIT cuts some messages at a NUL; a script of the suite covers that.
                    .replace("@s", &format!("(({}):gsub('%z', '?'))", self.str(s)))
                    .replace("@t", pick(&self.scope.tabs, *t));
                // Some of them do not even compile, so that these go through `loadstring`.
                if fault.contains("<const>") || fault.contains("goto") {
                    self.line(&format!("print(loadstring([=[{fault}]=], '=fault'))"));
                } else {
                    self.line(&format!("Q(pcall(function() {code} end))"));
                }
            }
            Stmt::Swap(a, b, e) => {
                let (a, b) = (pick(&self.scope.nums, *a), pick(&self.scope.nums, *b));
                let line = format!("{a}, t0.x, {b} = {b}, {a}, {}", self.num(e));
                self.line(&line);
            }
            Stmt::Captures(n, e) => {
                let (name, e) = (self.fresh("l"), self.num(e));
                self.line(&format!(
                    "local {name} = {{}} for i = 1, {n} do local j = i * ({e})"
                ));
                self.line(&format!(
                    "  {name}[i] = function(d) i += 1 j += d ?? 1 return i, j end"
                ));
                self.line("end");
                self.line(&format!(
                    "print({name}[1](2)) print({name}[{n}]()) print(({name}[1]()))"
                ));
            }
            Stmt::Resumed(e, body, fail) => {
                let (name, e) = (self.fresh("co"), self.num(e));
                self.line(&format!("local {name} = coroutine.create(function(a) local b, c = coroutine.yield(a + 1)"));
                self.line("  Q(pcall(function() Q(coroutine.yield(b, c)) error(Show(b), 0) end))");
                self.block("do", &[], body, "end");
                self.line(if *fail {
                    "return nil .. b end)"
                } else {
                    "return b, c end)"
                });
                self.line(&format!("for i = 1, 4 do Q(coroutine.resume({name}, {e}, i)) end print(coroutine.status({name}))"));
            }
            Stmt::Switching(n, kind, e, inside, outside) => {
                let (list, shared) = (self.fresh("cs"), self.fresh("h"));
                let e = self.num(e);
                self.line(&format!("local {list}, {shared} = {{}}, 0"));
                self.line(&format!("for i = 1, {} do", kind % 3 + 1));
                self.indent += 1;
                self.line(&format!("{list}[i] = coroutine.create(function(a, b)"));
                let (own, count) = (self.fresh("o"), self.fresh("n"));
                self.line(&format!("  local {own} = i"));
                let repeat = match kind / 3 % 4 {
                    0 => format!("for {count} = 1, {n} do"),
                    1 => format!("local {count} = 0 while {count} < {n} do {count} += 1"),
                    2 => format!("for _, {count} in ipairs({{ 3, 1, 4, 1, 5 }}) do"),
                    _ => format!("for {count} = -2, {n} + i do"),
                };
                self.block(&repeat, &[&own, &count, &shared], inside, "");
                let pass = match kind / 12 % 5 {
                    0 => "coroutine.yield",
                    1 => "(function(...) return coroutine.yield(...) end)",
                    2 => "(function(x, y) local p, q = coroutine.yield(y, x) return p, q end)",
                    3 => "select(2, pcall(coroutine.yield))\n  a, b = coroutine.yield",
                    _ => "coroutine.wrap(function(...) return ... end)",
                };
                self.line(&format!("  {shared} = {shared} + 1"));
                self.line(&format!("  a, b = {pass}({own} + {count}, {e}, a)"));
                self.line("  end");
                self.line(match kind / 60 % 4 {
                    0 => "  return a, b",
                    1 => "  error(Show(a), 0)",
                    2 => "  return (nil)()",
                    _ => "",
                });
                self.line("end) end");
                self.indent -= 1;
                let (turn, x, y) = (self.fresh("k"), self.fresh("x"), self.fresh("y"));
                self.line(&format!("for {turn} = 1, {n} + 3 do"));
                self.line(&format!("  local ok, {x}, {y} = coroutine.resume({list}[{turn} % #{list} + 1], {turn}, {shared})"));
                self.line(&format!(
                    "  Q(ok, {x}, {y}, coroutine.status({list}[1])) {x} = tonumber({x}) or 0"
                ));
                self.block("do", &[&turn, &x, &shared], outside, "end end");
                self.line(&format!("print({shared})"));
            }
            Stmt::Chain(n, e, c, body) => {
                let (name, value) = (self.fresh("g"), self.fresh("v"));
                let (e, n) = (self.num(e), self.turns(*n));
                self.line(&format!("local function {name}(d) if d > 0 then {name}(d - 2) coroutine.yield(d, {e}) {name}(d - 1) end end"));
                let outer = self.scope.clone();
                self.scope.nums.push(value.clone());
                let c = self.cond(c);
                self.scope = outer;
                self.line(&format!("local function {name}f(source, k) return coroutine.wrap(function() for {value}, w in source do if {value} % k > 0 or ({c}) then coroutine.yield({value}, w) end end end) end"));
                let head = format!(
                    "for {value}, w in {name}f({name}f(coroutine.wrap(|| -> {name}({n} % 7)), 3), 2) do"
                );
                self.block(&head, &[&value], body, &format!("print({value}, w) end"));
            }
            Stmt::Back(n, body) => {
                let (name, label, n) = (self.fresh("b"), self.fresh("top"), self.turns(*n));
                self.line(&format!("do local {name} = 0 ::{label}:: T() {name} += 1"));
                self.body(
                    "do",
                    &[],
                    body,
                    &format!("end if {name} < {n} then goto {label} end end"),
                );
            }
            Stmt::Method(a, b) => {
                let name = self.fresh("o");
                let (a, b) = (self.num(a), self.num(b));
                self.line(&format!("local {name} = {{ v = {a} }} function {name}:add(x, ...) self.v += x ?? 1 return self, ... end function {name}.get(o) return o.v end"));
                self.line(&format!("print({name}:add({b}):add():get(), {name}?.:get(), {name}?.none?.(), select('#', {name}:add(1, nil, 2)))"));
            }
            Stmt::Sort(n, e, c, body) => {
                let (name, i) = (self.fresh("o"), self.fresh("i"));
                // A comparison function runs more often than there are elements.
                let (e, n) = (self.num(e), 2 + n / if self.loops > 0 { 4 } else { 1 });
                self.line(&format!("local {name} = {{}} for {i} = 1, {n} do {name}[{i}] = I(({e}) * {i} * 7) % 50 end"));
                let (a, b) = (self.fresh("a"), self.fresh("b"));
                let head = format!("print(pcall(table.sort, {name}, function({a}, {b}) T()");
                let foot = format!("return {a} < {b} and ({}) end))", self.cond(c));
                self.body(&head, &[&a, &b], body, &foot);
                self.line(&format!("print(C(table.concat({name}, ',')))"));
            }
            Stmt::Foreach(t, is_list, body) => {
                let (key, value) = (self.fresh("k"), self.fresh("v"));
                let t = pick(&self.scope.tabs, *t);
                // In a traversal nobody knows what comes after 1.
                let (each, stop) = match is_list {
                    true => ("foreachi", format!("{key} > 4")),
                    false => ("foreach", format!("{key} ~= 1")),
                };
                let head = format!(
                    "print(pcall(table.{each}, {t}, function({key}, {value}) T() if {stop} then return 0 end"
                );
                self.body(&head, &[&key, &value], body, "end))");
            }
            Stmt::Spread(items, t) => {
                let items: Vec<String> = items.iter().map(|item| self.item(item)).collect();
                let (items, t) = (items.join(", "), pick(&self.scope.tabs, *t));
                let line = format!(
                    "Q((|...| -> ...)({items})) Q(#{{ {items} }}, ({{ unpack({t}, 1, 3), n = 1, unpack({t}, 2, 4) }})[2])"
                );
                self.line(&line);
            }
        }
    }

    fn num(&self, e: &Num) -> String {
        match e {
            Num::Literal(text) => (*text).to_owned(),
            Num::Var(v) => pick(&self.scope.nums, *v).to_owned(),
            Num::Binary(op, a, b) => format!("({} {op} {})", self.num(a), self.num(b)),
            Num::Bits(op, a, b) => format!("(I({}) {op} I({}))", self.num(a), self.num(b)),
            Num::Unary(op @ ("2 ^ I" | "~I"), a) => format!("({op}({}))", self.num(a)),
            Num::Unary("-", a) => format!("(-({}))", self.num(a)),
            Num::Unary(op, a) => format!("{op}({})", self.num(a)),
            Num::Length(s) => format!("#({})", self.str(s)),
            Num::Parse(s) => format!("(tonumber({}) ?? 5)", self.str(s)),
            Num::Choose(c, a, b) => format!(
                "(({}) ? ({}) : ({}))",
                self.cond(c),
                self.num(a),
                self.num(b)
            ),
            Num::Call(f, a) => format!("{}({})", pick(&self.scope.funs, *f), self.num(a)),
            Num::Element(t, k) => {
                format!(
                    "({}[I({}) % 5 + 1] or 0)",
                    pick(&self.scope.tabs, *t),
                    self.num(k)
                )
            }
            Num::Field(t, field) => format!("({}.{field} or 1)", pick(&self.scope.tabs, *t)),
        }
    }

    fn str(&self, e: &Str) -> String {
        match e {
            Str::Literal(text) => (*text).to_owned(),
            Str::Var(v) => pick(&self.scope.strs, *v).to_owned(),
            Str::Concat(a, b) => format!("({} .. {})", self.str(a), self.str(b)),
            Str::Show(n) => format!("tostring({})", self.num(n)),
            Str::Method(m, s) => format!("({}):{m}()", self.str(s)),
            Str::Sub(s, i, j) => format!("({}):sub({i}, {j})", self.str(s)),
            Str::Replace(s, p, r) => format!("(C({}):gsub('{p}', {r}))", self.str(s)),
            Str::Format(f @ ("%d" | "%x" | "%-6d|"), n) => {
                format!("('{f}'):format(I({}))", self.num(n))
            }
            // LuaJIT prints tiny numbers wrong: see DIFFERENCES.md.
            Str::Format(f @ ("%5.1f" | "%06.2f"), n) => {
                format!("('{f}'):format(F({}))", self.num(n))
            }
            Str::Format(f, n) => format!("('{f}'):format({})", self.num(n)),
            Str::Match(s, p) => format!("Show(C({}):match('{p}'))", self.str(s)),
        }
    }

    fn cond(&self, e: &Cond) -> String {
        match e {
            Cond::Literal(text) => (*text).to_owned(),
            Cond::Compare(op, a, b) => format!("{} {op} {}", self.num(a), self.num(b)),
            Cond::CompareStr(op, a, b) => format!("{} {op} {}", self.str(a), self.str(b)),
            Cond::Not(c) => format!("not ({})", self.cond(c)),
            Cond::And(a, b) => format!("({}) and ({})", self.cond(a), self.cond(b)),
            Cond::Or(a, b) => format!("({}) || ({})", self.cond(a), self.cond(b)),
        }
    }

    fn item(&self, item: &Item) -> String {
        match item {
            Item::Num(e) => self.num(e),
            Item::Str(e) => format!("Show({})", self.str(e)),
            Item::Cond(e) => self.cond(e),
        }
    }
}
