//! The syntax tree. All nodes live in one bumpalo arena and die with it.
//!
//! Lists are arena slices. A tree may be deep (as deep as the syntactic level limit allows), so whoever walks it keeps an
//! explicit stack; nothing may recurse over it on the host's stack.

/// A position in the source: line (from 1) and byte offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pos {
    /// The line, from 1.
    pub line: u32,
    /// The byte offset in the source.
    pub offset: u32,
}

/// A range of the source, end exclusive, with the lines of its first and last token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// Where the first token begins.
    pub start: Pos,
    /// Where the last token ends; `end.line` is the line on which it ends. LuaJIT attributes an instruction to the line of
    /// the last token read before it was emitted, which is this line for the instruction that completes a node.
    pub end: Pos,
}

impl Span {
    /// The span of nothing.
    pub const ZERO: Span = Span {
        start: Pos { line: 0, offset: 0 },
        end: Pos { line: 0, offset: 0 },
    };
}

/// An identifier, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Where it begins.
    pub pos: Pos,
}

/// A sequence of statements.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The statements.
    pub stmts: &'a [Stmt<'a>],
    /// From the first token to the end of the last.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Stmt<'a> {
    /// What it is.
    pub kind: StmtKind<'a>,
    /// Its tokens.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Copy, Debug)]
pub enum StmtKind<'a> {
    /// `;` alone (52COMPAT).
    Empty,
    /// `local a, b = x, y` or `const a, b = x, y`
    Local {
        /// `const` instead of `local`
        is_const: bool,
        /// The variables.
        names: &'a [Name<'a>],
        /// The values; empty without `=`.
        values: &'a [Expr<'a>],
    },
    /// `local function f` or `const function f`
    LocalFunction {
        /// `const` instead of `local`
        is_const: bool,
        /// The variable.
        name: Name<'a>,
        /// The function.
        function: &'a Function<'a>,
    },
    /// `function a.b.c:m`; `target` is the variable or index expression that is assigned; a method's function has its `self`
    /// among the parameters already.
    Function {
        /// What is assigned.
        target: &'a Expr<'a>,
        /// The function.
        function: &'a Function<'a>,
    },
    /// `a, b.c = x, y`; targets are names and index expressions only. A target may contain safe navigation
    /// (`t?.x = 1`) if it is the only one.
    Assign {
        /// What is assigned.
        targets: &'a [Expr<'a>],
        /// The values.
        values: &'a [Expr<'a>],
    },
    /// `a += x`
    Compound {
        /// The operator without its `=`; `~=` is `BXor`.
        op: BinaryOp,
        /// What is assigned.
        target: &'a Expr<'a>,
        /// The right operand.
        value: &'a Expr<'a>,
    },
    /// A call as a statement.
    Call(&'a Expr<'a>),
    /// `do … end`
    Do(Block<'a>),
    /// `while c do … end`
    While {
        /// The condition.
        condition: &'a Expr<'a>,
        /// The body.
        body: Block<'a>,
    },
    /// `repeat … until c`
    Repeat {
        /// The body.
        body: Block<'a>,
        /// The condition, which sees the body's variables.
        condition: &'a Expr<'a>,
    },
    /// `if … elseif … else … end`
    If {
        /// Conditions and their blocks, in order.
        arms: &'a [(Expr<'a>, Block<'a>)],
        /// The `else` block.
        otherwise: Option<Block<'a>>,
    },
    /// `for i = a, b, c do … end`
    NumericFor {
        /// The variable.
        var: Name<'a>,
        /// The first value.
        start: &'a Expr<'a>,
        /// The last value.
        stop: &'a Expr<'a>,
        /// The step.
        step: Option<&'a Expr<'a>>,
        /// The body.
        body: Block<'a>,
    },
    /// `for a, b in … do … end`
    GenericFor {
        /// The variables.
        names: &'a [Name<'a>],
        /// The iterator triplet's expressions.
        values: &'a [Expr<'a>],
        /// Where `in` stands; its line is the loop's.
        in_pos: Pos,
        /// The body.
        body: Block<'a>,
    },
    /// `return …`
    Return(&'a [Expr<'a>]),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `goto name`
    Goto(Name<'a>),
    /// `::name::`
    Label(Name<'a>),
}

/// A function body.
#[derive(Clone, Copy, Debug)]
pub struct Function<'a> {
    /// Named parameters, `self` included.
    pub params: &'a [Name<'a>],
    /// Ends the parameter list in `...`?
    pub is_vararg: bool,
    /// The body.
    pub body: Body<'a>,
    /// From `function` (or the first token of a short function) to the end.
    pub span: Span,
    /// The place whose line debug information calls the definition's. As in LuaJIT it is the `function` of a function
    /// statement, the `(` of other functions, the first token of a short function, and the start of the main chunk.
    pub defined: Pos,
}

/// What a function does.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// Statements.
    Block(Block<'a>),
    /// A short function's expression, whose value it returns (exactly one, a call in tail position stays a tail call).
    Expr(&'a Expr<'a>),
}

/// An expression.
#[derive(Clone, Copy, Debug)]
pub struct Expr<'a> {
    /// What it is.
    pub kind: ExprKind<'a>,
    /// Its tokens.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind<'a> {
    /// `nil`
    Nil,
    /// `true`
    True,
    /// `false`
    False,
    /// `...`
    Vararg,
    /// A number.
    Number(f64),
    /// A number with suffix `LL`.
    Int64(i64),
    /// A number with suffix `ULL`.
    Uint64(u64),
    /// A number with suffix `i`.
    Imaginary(f64),
    /// A string, escapes resolved.
    String(&'a [u8]),
    /// A variable.
    Name(Name<'a>),
    /// `(e)`: truncates to one value.
    Paren(&'a Expr<'a>),
    /// `e.name`, `e?.name`
    Field {
        /// The table.
        object: &'a Expr<'a>,
        /// The key.
        name: Name<'a>,
        /// `?.`: nil objects give nil.
        safe: bool,
    },
    /// `e[key]`, `e?.[key]`
    Index {
        /// The table.
        object: &'a Expr<'a>,
        /// The key.
        key: &'a Expr<'a>,
        /// `?.`: nil objects give nil.
        safe: bool,
    },
    /// `f(…)`, `f?.(…)`
    Call {
        /// The function.
        function: &'a Expr<'a>,
        /// The arguments.
        args: &'a [Expr<'a>],
        /// Where the arguments begin; its line is the call instruction's.
        args_pos: Pos,
        /// `?.`: a nil function gives nil.
        safe: bool,
    },
    /// `e:name(…)`, `e?.:name(…)`, `e:name?.(…)`
    Method {
        /// The object.
        object: &'a Expr<'a>,
        /// The arguments without the object.
        args: &'a [Expr<'a>],
        /// The rest, which apart keeps expressions small.
        method: &'a Method<'a>,
    },
    /// A function.
    Function(&'a Function<'a>),
    /// A table constructor.
    Table(&'a [Field<'a>]),
    /// A unary operator.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: &'a Expr<'a>,
    },
    /// A binary operator.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        left: &'a Expr<'a>,
        /// The right operand.
        right: &'a Expr<'a>,
    },
    /// `c ? a : b`
    Conditional {
        /// The condition.
        condition: &'a Expr<'a>,
        /// The value if it is true.
        then: &'a Expr<'a>,
        /// The value if it isn't.
        otherwise: &'a Expr<'a>,
    },
}

/// What is called in a method call.
#[derive(Clone, Copy, Debug)]
pub struct Method<'a> {
    /// The method's name.
    pub name: Name<'a>,
    /// Where the arguments begin; its line is the call instruction's.
    pub args_pos: Pos,
    /// `?.` before the colon: a nil object gives nil.
    pub safe_object: bool,
    /// `?.` before the arguments: a nil method gives nil.
    pub safe_method: bool,
}

/// A field of a table constructor.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    /// `e`
    Item(Expr<'a>),
    /// `name = e`
    Named(Name<'a>, Expr<'a>),
    /// `[key] = e`
    Keyed(&'a Expr<'a>, Expr<'a>),
}

/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Not,
    Neg,
    Len,
    BNot,
}

/// A binary operator. `Coalesce` is `??`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    BAnd,
    BOr,
    BXor,
    Shl,
    Shr,
    Sar,
    Concat,
    Eq,
    Ne,
    Lt,
    Ge,
    Gt,
    Le,
    And,
    Or,
    Coalesce,
}
