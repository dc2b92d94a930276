//! What a random program consists of, and the strategies that make one.
//!
//! Expressions are typed (number, string, condition) so that most programs run without error.
//! A variable is named by a number only: which variable that is, the renderer decides from those
//! in scope, so that a program stays valid whatever a shrink step removes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A reference to a variable in scope, resolved by the renderer.
pub type Ref = u8;
/// A sequence of statements.
pub type Block = Vec<Stmt>;

/// An expression that yields a number.
#[derive(Clone, Debug)]
pub enum Num {
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
pub enum Str {
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
pub enum Cond {
    Literal(&'static str),
    Compare(&'static str, Box<Num>, Box<Num>),
    CompareStr(&'static str, Box<Str>, Box<Str>),
    Not(Box<Cond>),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
}

/// Something to print.
#[derive(Clone, Debug)]
pub enum Item {
    Num(Num),
    Str(Str),
    Cond(Cond),
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
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

fn number() -> BoxedStrategy<Num> {
    expressions().0
}

fn string() -> BoxedStrategy<Str> {
    expressions().1
}

fn condition() -> BoxedStrategy<Cond> {
    expressions().2
}

/// The strategies for the three kinds of expression, three levels deep.
fn expressions() -> (BoxedStrategy<Num>, BoxedStrategy<Str>, BoxedStrategy<Cond>) {
    let mut num = prop_oneof![
        select(NUMBERS).prop_map(Num::Literal),
        any::<Ref>().prop_map(Num::Var),
        any::<Ref>().prop_map(Num::Var),
    ]
    .boxed();
    let mut str = prop_oneof![
        select(STRINGS).prop_map(Str::Literal),
        any::<Ref>().prop_map(Str::Var),
    ]
    .boxed();
    let mut cond = select(&["true", "false", "nil"][..])
        .prop_map(Cond::Literal)
        .boxed();
    for _ in 0..3 {
        (num, str, cond) = (
            deeper_number(&num, &str, &cond),
            deeper_string(&num, &str),
            deeper_condition(&num, &str, &cond),
        );
    }
    (num, str, cond)
}

fn deeper_number(
    num: &BoxedStrategy<Num>,
    str: &BoxedStrategy<Str>,
    cond: &BoxedStrategy<Cond>,
) -> BoxedStrategy<Num> {
    let n = || num.clone().prop_map(Box::new);
    let arithmetic = select(&["+", "-", "*", "/", "%"][..]);
    let bits = select(&["&", "|", "~", "<<", ">>", "~>>"][..]);
    let unary = select(
        &[
            "-",
            "math.floor",
            "math.abs",
            "math.ceil",
            "math.sqrt",
            "2 ^ I",
            "~I",
        ][..],
    );
    prop_oneof![
        3 => num.clone(),
        6 => (arithmetic, n(), n()).prop_map(|(op, a, b)| Num::Binary(op, a, b)),
        2 => (bits, n(), n()).prop_map(|(op, a, b)| Num::Bits(op, a, b)),
        2 => (unary, n()).prop_map(|(op, a)| Num::Unary(op, a)),
        1 => str.clone().prop_map(|s| Num::Length(Box::new(s))),
        1 => str.clone().prop_map(|s| Num::Parse(Box::new(s))),
        1 => (cond.clone(), n(), n()).prop_map(|(c, a, b)| Num::Choose(Box::new(c), a, b)),
        2 => (any::<Ref>(), n()).prop_map(|(f, a)| Num::Call(f, a)),
        1 => (any::<Ref>(), n()).prop_map(|(t, a)| Num::Element(t, a)),
        1 => (any::<Ref>(), select(FIELDS)).prop_map(|(t, f)| Num::Field(t, f)),
    ]
    .boxed()
}

fn deeper_string(num: &BoxedStrategy<Num>, str: &BoxedStrategy<Str>) -> BoxedStrategy<Str> {
    let s = || str.clone().prop_map(Box::new);
    let n = || num.clone().prop_map(Box::new);
    prop_oneof![
        3 => str.clone(),
        3 => (s(), s()).prop_map(|(a, b)| Str::Concat(a, b)),
        2 => n().prop_map(Str::Show),
        2 => (select(&["upper", "lower", "reverse"][..]), s()).prop_map(|(m, a)| Str::Method(m, a)),
        1 => (s(), -6..7i8, -6..7i8).prop_map(|(a, i, j)| Str::Sub(a, i, j)),
        2 => (s(), select(PATTERNS), select(REPLACEMENTS))
            .prop_map(|(a, p, r)| Str::Replace(a, p, r)),
        1 => (select(FORMATS), n()).prop_map(|(f, a)| Str::Format(f, a)),
        1 => (s(), select(PATTERNS)).prop_map(|(a, p)| Str::Match(a, p)),
    ]
    .boxed()
}

fn deeper_condition(
    num: &BoxedStrategy<Num>,
    str: &BoxedStrategy<Str>,
    cond: &BoxedStrategy<Cond>,
) -> BoxedStrategy<Cond> {
    let s = || str.clone().prop_map(Box::new);
    let n = || num.clone().prop_map(Box::new);
    let c = || cond.clone().prop_map(Box::new);
    let relation = || select(&["<", "<=", ">", ">=", "==", "~="][..]);
    prop_oneof![
        1 => cond.clone(),
        4 => (relation(), n(), n()).prop_map(|(op, a, b)| Cond::Compare(op, a, b)),
        1 => (relation(), s(), s()).prop_map(|(op, a, b)| Cond::CompareStr(op, a, b)),
        1 => c().prop_map(Cond::Not),
        1 => (c(), c()).prop_map(|(a, b)| Cond::And(a, b)),
        1 => (c(), c()).prop_map(|(a, b)| Cond::Or(a, b)),
    ]
    .boxed()
}

fn item() -> BoxedStrategy<Item> {
    prop_oneof![
        3 => number().prop_map(Item::Num),
        2 => string().prop_map(Item::Str),
        1 => condition().prop_map(Item::Cond),
    ]
    .boxed()
}

fn simple_statement() -> BoxedStrategy<Stmt> {
    let compound = select(&["+", "-", "*", "%", ".."][..]);
    let table_call = select(&["insert", "remove", "sort", "concat", "unpack", "maxn"][..]);
    prop_oneof![
        4 => number().prop_map(Stmt::LocalNum),
        3 => string().prop_map(Stmt::LocalStr),
        3 => (vec(number(), 0..5), number()).prop_map(|(items, x)| Stmt::LocalTable(items, x)),
        3 => (any::<Ref>(), number()).prop_map(|(v, e)| Stmt::Assign(v, e)),
        2 => (any::<Ref>(), compound, number()).prop_map(|(v, op, e)| Stmt::Update(v, op, e)),
        2 => (any::<Ref>(), string()).prop_map(|(v, e)| Stmt::AssignStr(v, e)),
        2 => (any::<Ref>(), number(), number()).prop_map(|(t, k, v)| Stmt::SetElement(t, k, v)),
        1 => (any::<Ref>(), select(FIELDS), number()).prop_map(|(t, f, v)| Stmt::SetField(t, f, v)),
        2 => (any::<Ref>(), table_call).prop_map(|(t, f)| Stmt::TableCall(t, f)),
        6 => vec(item(), 1..4).prop_map(Stmt::Print),
        1 => vec(number(), 0..5).prop_map(Stmt::Variadic),
        1 => (number(), 1..4u8).prop_map(|(n, calls)| Stmt::Counter(n, calls)),
        1 => (number(), number()).prop_map(|(a, b)| Stmt::Vector(a, b)),
        1 => (number(), select(FIELDS)).prop_map(|(n, f)| Stmt::Proxy(n, f)),
        3 => (select(FAULTS), number(), string(), any::<Ref>())
            .prop_map(|(fault, n, s, t)| Stmt::Fault(fault, n, s, t)),
        1 => (any::<Ref>(), any::<Ref>(), number()).prop_map(|(a, b, e)| Stmt::Swap(a, b, e)),
        1 => (1..5u8, number()).prop_map(|(n, e)| Stmt::Captures(n, e)),
        1 => (number(), number()).prop_map(|(a, b)| Stmt::Method(a, b)),
        1 => (vec(item(), 0..4), any::<Ref>()).prop_map(|(items, t)| Stmt::Spread(items, t)),
    ]
    .boxed()
}

fn block(statement: &BoxedStrategy<Stmt>, most: usize) -> BoxedStrategy<Block> {
    vec(statement.clone(), 0..most).boxed()
}

/// Whole programs.
pub fn program() -> BoxedStrategy<Block> {
    vec(statement(), 1..18).boxed()
}

/// Whole programs whose every other statement is a loop.
pub fn loops() -> BoxedStrategy<Block> {
    let body = || block(&statement(), 6);
    let step = prop_oneof![4 => Just(1i8), 1 => Just(2), 1 => Just(-1)];
    let r#loop = prop_oneof![
        3 => (-3..4i8, 0..8u8, step, body())
            .prop_map(|(from, n, step, body)| Stmt::For(from, n, step, body)),
        1 => (1..4u8, body()).prop_map(|(n, body)| Stmt::While(n, body)),
        1 => (1..5u8, condition(), any::<bool>(), body())
            .prop_map(|(n, c, goto, body)| Stmt::Skip(n, c, goto, body)),
    ]
    .boxed();
    let pair = (statement(), r#loop).prop_map(|(first, then)| vec![first, then]);
    vec(pair, 1..7).prop_map(|pairs| pairs.concat()).boxed()
}

fn statement() -> BoxedStrategy<Stmt> {
    let mut statement = simple_statement();
    for _ in 0..2 {
        let b = || block(&statement, 5);
        statement = prop_oneof![
            12 => statement.clone(),
            2 => (condition(), b(), b()).prop_map(|(c, t, e)| Stmt::If(c, t, e)),
            2 => (-3..4i8, 0..5u8, prop_oneof![Just(1i8), Just(2), Just(-1)], b())
                .prop_map(|(from, n, step, body)| Stmt::For(from, n, step, body)),
            1 => (0..4u8, b()).prop_map(|(n, body)| Stmt::While(n, body)),
            1 => (1..4u8, condition(), b()).prop_map(|(n, c, body)| Stmt::Repeat(n, c, body)),
            1 => (any::<Ref>(), b()).prop_map(|(t, body)| Stmt::Each(t, body)),
            1 => (string(), select(PATTERNS), b()).prop_map(|(s, p, body)| Stmt::Words(s, p, body)),
            1 => (1..5u8, condition(), any::<bool>(), b())
                .prop_map(|(n, c, goto, body)| Stmt::Skip(n, c, goto, body)),
            3 => (b(), number()).prop_map(|(body, result)| Stmt::Function(body, result)),
            1 => (1..4u8, number(), b()).prop_map(|(n, e, body)| Stmt::Generator(n, e, body)),
            1 => (b(), proptest::option::of(item()))
                .prop_map(|(body, error)| Stmt::Protected(body, error)),
            1 => b().prop_map(Stmt::Scope),
            1 => (number(), b(), any::<bool>()).prop_map(|(e, body, fail)| Stmt::Resumed(e, body, fail)),
            1 => (1..4u8, b()).prop_map(|(n, body)| Stmt::Back(n, body)),
            2 => (2..20u8, number(), condition(), b())
                .prop_map(|(n, e, c, body)| Stmt::Sort(n, e, c, body)),
            1 => (any::<Ref>(), any::<bool>(), b())
                .prop_map(|(t, is_list, body)| Stmt::Foreach(t, is_list, body)),
        ]
        .boxed();
    }
    statement
}
