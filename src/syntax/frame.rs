//! What is open at a place of the source: brackets, blocks, functions, and the state of the expression in each.

/// Something that is open.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// What it is.
    pub kind: Open,
    /// The line that messages give for it.
    pub line: u32,
    /// Levels that end with it.
    pub levels: u8,
    /// For a bracket: it follows a prefix expression. For a block: its header is complete.
    pub flag: bool,
    /// The state of the surrounding expression.
    pub outer: Inside,
}

/// The kinds of things that are open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// `(` of a group or a call
    Paren,
    /// `(` of parameters
    Params,
    /// `[`
    Bracket,
    /// `{`
    Brace,
    /// `if`
    If,
    /// `while`
    While,
    /// `for`
    For,
    /// `do`, of a short function too
    Do,
    /// `repeat`
    Repeat,
    /// `function`
    Function,
}

impl Open {
    /// Can statements stand directly in it?
    pub fn is_block(self) -> bool {
        !matches!(
            self,
            Open::Paren | Open::Params | Open::Bracket | Open::Brace
        )
    }
}

/// Where in a statement or a bracket we are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inside {
    /// Inside an expression, where a level is open? Otherwise in a statement's own part.
    pub expression: bool,
    /// Behind the comma of an assignment's targets?
    pub targets: bool,
    /// `:` divides a conditional and calls no method.
    pub no_colon: bool,
    /// Conditionals that wait for their `:`.
    pub conditionals: u16,
    /// Conditionals whose end hasn't been seen, surrounding ones included; the parser's stack grows with them.
    pub questions: u16,
}
