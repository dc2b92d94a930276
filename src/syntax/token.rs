//! Tokens: what logos finds in the source ([`Raw`]), and what the grammar reads ([`Tok`]).
//!
//! Logos knows no context; the [adapter](super::adapter) turns a raw token into one of several grammar tokens where the
//! dialect needs to know what stands around it (`(` opens a call or a group, `-` is unary or binary, `:` names a method or
//! divides a conditional, `const` is a keyword or a name).

use logos::{Lexer, Logos, Skip};

use super::scan::{self, Fault};
use crate::number::Literal;

/// What the lexer counts while it runs.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// The line that has been reached, from 1.
    pub line: u32,
    /// The line on which the last string began.
    pub string_line: u32,
    /// The last number.
    pub number: Literal,
}

impl Default for Lines {
    fn default() -> Self {
        Lines {
            line: 1,
            string_line: 1,
            number: Literal::Number(0.0),
        }
    }
}

/// Lines beyond this number are an error, as in LuaJIT.
pub const MAX_LINE: u32 = 0x7fff_ff00;

fn newline(lexer: &mut Lexer<'_, Raw>) -> Result<Skip, Fault> {
    lexer.extras.line += 1;
    if lexer.extras.line >= MAX_LINE {
        Err(Fault::TooManyLines)
    } else {
        Ok(Skip)
    }
}

/// A token as it stands in the source.
#[derive(Logos, Clone, Copy, PartialEq, Debug)]
#[logos(utf8 = false, extras = Lines, error = Fault, skip r"[ \t\x0b\x0c]+")]
#[allow(missing_docs)]
pub enum Raw {
    // Keywords are words that `word` knows.
    And,
    Break,
    Const,
    Continue,
    Do,
    Else,
    Elseif,
    End,
    False,
    For,
    Function,
    Goto,
    If,
    In,
    Local,
    Nil,
    Not,
    Or,
    Repeat,
    Return,
    Then,
    True,
    Until,
    While,
    #[regex(r"(?-u:[A-Za-z_\x80-\xff])", scan::word)]
    Name,
    /// The number's extent and value are found by `number`.
    #[regex(r"\.?[0-9]", scan::number)]
    Number,
    #[regex("[\"']", scan::quoted)]
    #[regex(r"\[=*\[", scan::long)]
    Str,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("^")]
    Caret,
    #[token("#")]
    Hash,
    #[token("&")]
    Ampersand,
    #[token("|")]
    Bar,
    #[token("~")]
    Tilde,
    #[token("!")]
    Bang,
    #[token("<")]
    Less,
    #[token(">")]
    Greater,
    #[token("=")]
    Equals,
    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token(";")]
    Semicolon,
    #[token(":")]
    Colon,
    #[token(",")]
    Comma,
    #[token(".")]
    Dot,
    #[token("?")]
    Question,
    #[token("..")]
    Concat,
    #[token("...")]
    Dots,
    #[token("==")]
    EqualEqual,
    #[token(">=")]
    GreaterEqual,
    #[token("<=")]
    LessEqual,
    #[token("~=")]
    TildeEqual,
    #[token("!=")]
    BangEqual,
    #[token("?.")]
    QuestionDot,
    #[token("??")]
    QuestionQuestion,
    #[token("<<")]
    ShiftLeft,
    #[token(">>")]
    ShiftRight,
    #[token("~>>")]
    ShiftArith,
    #[token("&&")]
    AmpAmp,
    #[token("||")]
    BarBar,
    #[token("->")]
    Arrow,
    #[token("::")]
    ColonColon,
    /// A byte that begins no token.
    #[regex(r"(?-u:[@$`\\\x00-\x08\x0e-\x1f\x7f])")]
    #[token("~>", scan::half_shift)]
    #[regex(r"\[=+", scan::half_bracket)]
    Unknown,
    #[token("--", scan::comment)]
    #[regex(r"\r\n|\n\r|\n|\r", newline)]
    Blank,
}

/// A terminal of the grammar. What it stands for in detail, its text says.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Tok {
    /// `break` that ends its block.
    Break,
    /// `break` that statements may follow (52COMPAT).
    BreakMid,
    /// `const` that declares.
    Const,
    /// `continue` that is no name.
    Continue,
    Do,
    Else,
    Elseif,
    End,
    For,
    Function,
    /// `goto` that jumps.
    Goto,
    If,
    In,
    Local,
    Repeat,
    Return,
    Then,
    Until,
    While,
    Comma,
    Semicolon,
    /// `;` that is a statement (52COMPAT).
    Empty,
    Equals,
    /// `(` of a group or of parameters.
    Paren,
    /// `(` of arguments.
    CallParen,
    CloseParen,
    Bracket,
    CloseBracket,
    Brace,
    CloseBrace,
    Dot,
    /// `:` before a method's name.
    Colon,
    /// `:` of a conditional.
    Otherwise,
    Question,
    Nav,
    Arrow,
    Label,
    Dots,
    Name,
    /// `nil`, `true`, `false`, a number.
    Constant,
    Str,
    Unary,
    Binary,
    /// An operator and its `=`.
    Compound,
    /// `|` around a short function's parameters.
    Pipe,
    /// `||` of a short function without parameters.
    Pipes,
    Unknown,
}
