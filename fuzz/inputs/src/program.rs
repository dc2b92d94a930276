//! What a random program consists of, and how one is made out of bytes.
//!
//! Expressions are typed (number, string, condition) so that most programs run without error.
//! A variable is named by a number only: which variable that is, the renderer decides from those
//! in scope, so that a program stays valid whatever byte is changed or taken out. Where bytes run out the choices are the first ones, which lead to
//! an end: fewer bytes are a smaller program.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::choice::{below, flag, select};

/// A reference to a variable in scope, resolved by the renderer.
pub(crate) type Ref = u8;
/// A sequence of statements.
pub(crate) type Block = Vec<Stmt>;

/// An expression that yields a number.
#[derive(Clone, Debug)]
pub(crate) enum Num {
    Literal(&'static str),
    Var(Ref),
    Binary(&'static str, Box<Num>, Box<Num>),
    /// Operands are brought to small integers first.
    Bits(&'static str, Box<Num>, Box<Num>),
    Unary(&'static str, Box<Num>),
    Length(Box<Str>),
    Parse(Box<Str>),
    Choose(Box<Cond>, Box<Num>, Box<Num>),
    Call(Ref, Box<Num>),
    Element(Ref, Box<Num>),
    Field(Ref, &'static str),
}

/// An expression that yields a string.
#[derive(Clone, Debug)]
pub(crate) enum Str {
    Literal(&'static str),
    Var(Ref),
    Concat(Box<Str>, Box<Str>),
    Show(Box<Num>),
    Method(&'static str, Box<Str>),
    Sub(Box<Str>, i8, i8),
    Replace(Box<Str>, &'static str, &'static str),
    Format(&'static str, Box<Num>),
    Match(Box<Str>, &'static str),
}

/// An expression for its truth.
#[derive(Clone, Debug)]
pub(crate) enum Cond {
    Literal(&'static str),
    Compare(&'static str, Box<Num>, Box<Num>),
    CompareStr(&'static str, Box<Str>, Box<Str>),
    Not(Box<Cond>),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
}

/// Something to print.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Num(Num),
    Str(Str),
    Cond(Cond),
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    LocalNum(Num),
    LocalStr(Str),
    LocalTable(Vec<Num>, Num),
    Assign(Ref, Num),
    Update(Ref, &'static str, Num),
    AssignStr(Ref, Str),
    SetElement(Ref, Num, Num),
    SetField(Ref, &'static str, Num),
    TableCall(Ref, &'static str),
    Print(Vec<Item>),
    If(Cond, Block, Block),
    For(i8, u8, i8, Block),
    While(u8, Block),
    Repeat(u8, Cond, Block),
    Each(Ref, Block),
    Words(Str, &'static str, Block),
    /// A loop iteration skipped by `goto` or `continue` under a condition.
    Skip(u8, Cond, bool, Block),
    Function(Block, Num),
    Variadic(Vec<Num>),
    Counter(Num, u8),
    Generator(u8, Num, Block),
    Protected(Block, Option<Item>),
    Vector(Num, Num),
    Proxy(Num, &'static str),
    Scope(Block),
    /// An operation that fails, inside `pcall`: the message is compared.
    Fault(&'static str, Num, Str, Ref),
    Swap(Ref, Ref, Num),
    Captures(u8, Num),
    /// A coroutine that yields inside `pcall`, resumed until it is dead.
    Resumed(Num, Block, bool),
    /// A loop that resumes several coroutines in turn, which share variables with it and end in different ways.
    Switching(u8, u8, Num, Block, Block),
    /// A generator that yields from a recursion, and filters of it.
    Chain(u8, Num, Cond, Block),
    /// A loop made with a backward `goto`.
    Back(u8, Block),
    Method(Num, Num),
    Spread(Vec<Item>, Ref),
    /// A sort whose comparison function may be no order.
    Sort(u8, Num, Cond, Block),
    /// `foreach` or `foreachi`.
    Foreach(Ref, bool, Block),
}

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "7",
    "10",
    "100",
    "0.5",
    "-2.25",
    "1e3",
    "0xff",
    "2147483647",
    "4294967296",
    "1e15",
    "9007199254740992",
    "-0",
    "1e300",
    "(1/0)",
    "0.1",
    "65535",
    "1_000",
];
const STRINGS: &[&str] = &[
    "''",
    "'a'",
    "'abc'",
    "'Hello World'",
    "'10'",
    "'0x1F'",
    "'a,b,,c'",
    "'x=1;y=2'",
    "'  trim '",
    "'tab\\tnl\\n'",
    "'\\0zero'",
    "'%d'",
    "'(a(b)c)'",
    "[[long]]",
    "'1e2'",
    "'zzz'",
];
const PATTERNS: &[&str] = &[
    "%a+",
    "%d",
    "(%w)(%w)",
    "^%s*",
    ".-,",
    "[^,]+",
    "%b()",
    "%f[%w]%w",
    "()",
    "l+",
    "(.)%1",
    "[%a_][%w_]*",
    ".",
    "%s*$",
    "x?y*",
    "[a-m]-b",
];
const REPLACEMENTS: &[&str] = &[
    "''",
    "'<%0>'",
    "'%%'",
    "'-'",
    "string.upper",
    "{a = 'A', b = 1}",
    "function(a, b) return b and a .. b end",
    "function(a) if #('' .. a) > 1 then return '<' .. a .. '>' end end",
];
const FORMATS: &[&str] = &[
    "%d", "%5.1f", "%g", "%x", "%-6d|", "%06.2f", "%e", "%s", "%.3g", "%q",
];
/// Failing operations; `@n`, `@s` and `@t` stand for a number, a string and a table.
const FAULTS: &[&str] = &[
    "local z = @n return z.x.y",
    "return @t.none.x",
    "return @s + {}",
    "@t()",
    "return @n < @s",
    "for i = 1, {} do end",
    "return #(@n)",
    "@t.none.z = 1",
    "return -@t",
    "return @s .. @t",
    "error(@s, 2)",
    "error(@s, 0)",
    "setmetatable(@n, {})",
    "return (@s):bad()",
    "undefined(@n)",
    "return @t.x.y.z",
    "local a = @t a.b.c()",
    "return @t < @t",
    "return {} <= @n",
    "@t[nil] = @n",
    "return ('x'):rep(@t)",
    "return math.floor(@t)",
    "return @t & 1",
    "return ~@t",
    "return nil .. @s",
    "for k in @n do end",
    "return @s % @t",
    "error({})",
    "error()",
    "assert(false, @s)",
    "assert(nil)",
    "local s = @s return s.x.y",
    "return select(0, @n)",
    "return ('%d'):format(@t)",
    "return @t.x()",
    "return tostring()",
    "return ipairs()",
    "string.rep()",
    "return @n ?? nil, (nil).x",
    "x.y = @n",
    "local function f(a) return a.b end f(@n) f()",
    "return coroutine.wrap(function() error(@s) end)()",
    "return setmetatable({}, { __index = function(_, k) error(k, 2) end }).oops",
    "return setmetatable({}, { __add = function(a, b) return a .. b end }) + @n",
    "return table.concat({ @n, {}, @s })",
    "local t <const> = 1",
    "return @t:x(@n)",
    "goto nowhere",
];
const FIELDS: &[&str] = &["x", "y", "count"];

const UNARY: &[&str] = &[
    "-",
    "math.floor",
    "math.abs",
    "math.ceil",
    "math.sqrt",
    "2 ^ I",
    "~I",
];
const TABLE_CALLS: &[&str] = &["insert", "remove", "sort", "concat", "unpack", "maxn"];

/// A program of any kind.
#[derive(Clone, Debug)]
pub struct Program(pub(crate) Block);

/// A program whose every other statement is a loop.
#[derive(Clone, Debug)]
pub struct HotProgram(pub(crate) Block);

impl<'a> Arbitrary<'a> for Program {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Program> {
        Ok(Program(several(u, 1, 18, |u| Stmt::draw(u, NESTING))))
    }
}

impl<'a> Arbitrary<'a> for HotProgram {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<HotProgram> {
        let pairs = several(u, 1, 7, |u| [Stmt::draw(u, NESTING), Stmt::draw_loop(u)]);
        Ok(HotProgram(pairs.concat()))
    }
}

/// Levels of statements within statements.
const NESTING: u32 = 2;
/// Levels of expressions within expressions.
const DEPTH: u32 = 3;

/// At least `least` and less than `most` of something, no more of them than there are bytes for.
fn several<'a, T>(
    u: &mut Unstructured<'a>,
    least: u32,
    most: u32,
    mut one: impl FnMut(&mut Unstructured<'a>) -> T,
) -> Vec<T> {
    let count = least + below(u, most - least);
    let mut all = Vec::new();
    while (all.len() as u32) < least || (all.len() as u32) < count && !u.is_empty() {
        all.push(one(u));
    }
    all
}

fn block(u: &mut Unstructured<'_>, most: u32, nesting: u32) -> Block {
    several(u, 0, most, |u| Stmt::draw(u, nesting))
}

impl Num {
    fn draw(u: &mut Unstructured<'_>, depth: u32) -> Num {
        let Some(depth) = depth.checked_sub(1) else {
            return match below(u, 3) {
                0 => Num::Literal(select(u, NUMBERS)),
                _ => Num::Var(below(u, 256) as Ref),
            };
        };
        let n = |u: &mut _| Box::new(Num::draw(u, depth));
        match below(u, 20) {
            0..3 => Num::draw(u, depth),
            3..9 => Num::Binary(select(u, &["+", "-", "*", "/", "%"]), n(u), n(u)),
            9 | 10 => Num::Bits(select(u, &["&", "|", "~", "<<", ">>", "~>>"]), n(u), n(u)),
            11 | 12 => Num::Unary(select(u, UNARY), n(u)),
            13 => Num::Length(Box::new(Str::draw(u, depth))),
            14 => Num::Parse(Box::new(Str::draw(u, depth))),
            15 => Num::Choose(Box::new(Cond::draw(u, depth)), n(u), n(u)),
            16 | 17 => Num::Call(below(u, 256) as Ref, n(u)),
            18 => Num::Element(below(u, 256) as Ref, n(u)),
            _ => Num::Field(below(u, 256) as Ref, select(u, FIELDS)),
        }
    }
}

impl Str {
    fn draw(u: &mut Unstructured<'_>, depth: u32) -> Str {
        let Some(depth) = depth.checked_sub(1) else {
            return match below(u, 2) {
                0 => Str::Literal(select(u, STRINGS)),
                _ => Str::Var(below(u, 256) as Ref),
            };
        };
        let s = |u: &mut _| Box::new(Str::draw(u, depth));
        let n = |u: &mut _| Box::new(Num::draw(u, depth));
        match below(u, 15) {
            0..3 => Str::draw(u, depth),
            3..6 => Str::Concat(s(u), s(u)),
            6 | 7 => Str::Show(n(u)),
            8 | 9 => Str::Method(select(u, &["upper", "lower", "reverse"]), s(u)),
            10 => Str::Sub(s(u), small(u), small(u)),
            11 | 12 => Str::Replace(s(u), select(u, PATTERNS), select(u, REPLACEMENTS)),
            13 => Str::Format(select(u, FORMATS), n(u)),
            _ => Str::Match(s(u), select(u, PATTERNS)),
        }
    }
}

fn small(u: &mut Unstructured<'_>) -> i8 {
    below(u, 13) as i8 - 6
}

impl Cond {
    fn draw(u: &mut Unstructured<'_>, depth: u32) -> Cond {
        let Some(depth) = depth.checked_sub(1) else {
            return Cond::Literal(select(u, &["true", "false", "nil"]));
        };
        let relation = |u: &mut _| select(u, &["<", "<=", ">", ">=", "==", "~="]);
        let s = |u: &mut _| Box::new(Str::draw(u, depth));
        let n = |u: &mut _| Box::new(Num::draw(u, depth));
        let c = |u: &mut _| Box::new(Cond::draw(u, depth));
        match below(u, 9) {
            0 => Cond::draw(u, depth),
            1..5 => Cond::Compare(relation(u), n(u), n(u)),
            5 => Cond::CompareStr(relation(u), s(u), s(u)),
            6 => Cond::Not(c(u)),
            7 => Cond::And(c(u), c(u)),
            _ => Cond::Or(c(u), c(u)),
        }
    }
}

/// Whole expressions.
fn number(u: &mut Unstructured<'_>) -> Num {
    Num::draw(u, DEPTH)
}

fn string(u: &mut Unstructured<'_>) -> Str {
    Str::draw(u, DEPTH)
}

fn condition(u: &mut Unstructured<'_>) -> Cond {
    Cond::draw(u, DEPTH)
}

fn item(u: &mut Unstructured<'_>) -> Item {
    match below(u, 6) {
        0..3 => Item::Num(number(u)),
        3 | 4 => Item::Str(string(u)),
        _ => Item::Cond(condition(u)),
    }
}

/// Where a `for` begins.
fn first(u: &mut Unstructured<'_>) -> i8 {
    below(u, 7) as i8 - 3
}

impl Stmt {
    fn draw(u: &mut Unstructured<'_>, nesting: u32) -> Stmt {
        let Some(nesting) = nesting.checked_sub(1) else {
            return Stmt::draw_simple(u);
        };
        let b = |u: &mut _| block(u, 5, nesting);
        match below(u, 34) {
            0..12 => Stmt::draw(u, nesting),
            12 | 13 => Stmt::If(condition(u), b(u), b(u)),
            14 | 15 => Stmt::For(first(u), below(u, 5) as u8, select(u, &[1, 2, -1]), b(u)),
            16 => Stmt::While(below(u, 4) as u8, b(u)),
            17 => Stmt::Repeat(1 + below(u, 3) as u8, condition(u), b(u)),
            18 => Stmt::Each(below(u, 256) as Ref, b(u)),
            19 => Stmt::Words(string(u), select(u, PATTERNS), b(u)),
            20 => Stmt::Skip(1 + below(u, 4) as u8, condition(u), flag(u), b(u)),
            21..24 => Stmt::Function(b(u), number(u)),
            24 => Stmt::Generator(1 + below(u, 3) as u8, number(u), b(u)),
            25 => Stmt::Protected(b(u), flag(u).then(|| item(u))),
            26 => Stmt::Scope(b(u)),
            27 => Stmt::Resumed(number(u), b(u), flag(u)),
            28 => Stmt::Back(1 + below(u, 3) as u8, b(u)),
            29 | 30 => Stmt::Sort(2 + below(u, 18) as u8, number(u), condition(u), b(u)),
            31 => Stmt::Foreach(below(u, 256) as Ref, flag(u), b(u)),
            32 => Stmt::Chain(1 + below(u, 4) as u8, number(u), condition(u), b(u)),
            _ => Stmt::Switching(
                below(u, 6) as u8,
                below(u, 256) as u8,
                number(u),
                b(u),
                b(u),
            ),
        }
    }

    fn draw_simple(u: &mut Unstructured<'_>) -> Stmt {
        let r = |u: &mut _| below(u, 256) as Ref;
        match below(u, 38) {
            0..4 => Stmt::LocalNum(number(u)),
            4..7 => Stmt::LocalStr(string(u)),
            7..10 => Stmt::LocalTable(several(u, 0, 5, number), number(u)),
            10..13 => Stmt::Assign(r(u), number(u)),
            13 | 14 => Stmt::Update(r(u), select(u, &["+", "-", "*", "%", ".."]), number(u)),
            15 | 16 => Stmt::AssignStr(r(u), string(u)),
            17 | 18 => Stmt::SetElement(r(u), number(u), number(u)),
            19 => Stmt::SetField(r(u), select(u, FIELDS), number(u)),
            20 | 21 => Stmt::TableCall(r(u), select(u, TABLE_CALLS)),
            22..27 => Stmt::Print(several(u, 1, 4, item)),
            27 => Stmt::Variadic(several(u, 0, 5, number)),
            28 => Stmt::Counter(number(u), 1 + below(u, 3) as u8),
            29 => Stmt::Vector(number(u), number(u)),
            30 => Stmt::Proxy(number(u), select(u, FIELDS)),
            31..34 => Stmt::Fault(select(u, FAULTS), number(u), string(u), r(u)),
            34 => Stmt::Swap(r(u), r(u), number(u)),
            35 => Stmt::Captures(1 + below(u, 4) as u8, number(u)),
            36 => Stmt::Method(number(u), number(u)),
            _ => Stmt::Spread(several(u, 0, 4, item), r(u)),
        }
    }

    fn draw_loop(u: &mut Unstructured<'_>) -> Stmt {
        let body = |u: &mut _| block(u, 6, NESTING);
        match below(u, 6) {
            0..3 => {
                let (from, turns) = (first(u), below(u, 8) as u8);
                let step = select(u, &[1, 1, 1, 1, 2, -1]);
                Stmt::For(from, turns, step, body(u))
            }
            3 => Stmt::While(1 + below(u, 3) as u8, body(u)),
            4 => {
                let (turns, kind) = (below(u, 6) as u8, below(u, 256) as u8);
                Stmt::Switching(turns, kind, number(u), body(u), body(u))
            }
            _ => Stmt::Skip(1 + below(u, 4) as u8, condition(u), flag(u), body(u)),
        }
    }
}
