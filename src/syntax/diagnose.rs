//! From the parser's state at an error to LuaJIT's message.
//!
//! LuaJIT descends recursively and complains about the first token that it can't use, in the words of the function that it
//! is in. Which function that is follows from the terminals that the LR parser would have accepted, from what is open, and
//! from the kind of thing that stands before the token.

use lalrpop_util::ParseError;

use super::adapter::Adapter;
use super::ast::Pos;
use super::context::{At, Before, Context, Stop};
use super::error::{Near, Problem, Text};
use super::frame::Open;
use super::token::{Raw, Tok};

const UNEXPECTED: Text = Text::Plain("unexpected symbol");

/// Records the problem behind a parser's error, unless one is recorded.
pub fn diagnose<'a>(
    adapter: &Adapter<'a>,
    context: &Context<'a>,
    error: &ParseError<Pos, Tok, Stop>,
) {
    let (token, expected) = match error {
        ParseError::UnrecognizedToken {
            token: (_, token, _),
            expected,
        } => (Some(*token), expected),
        ParseError::UnrecognizedEof { expected, .. } => (None, expected),
        // The adapter has recorded why it stopped.
        _ => return,
    };
    if context.failed.get() {
        return;
    }
    let at = context.at.get();
    let situation = Situation {
        adapter,
        token,
        at,
        expected,
    };
    let (text, near) = situation.describe();
    context.fail_with(Problem {
        text,
        near,
        line: at.span.end.line,
        span: at.span,
    });
}

/// What is known about an error.
struct Situation<'s, 'a> {
    adapter: &'s Adapter<'a>,
    token: Option<Tok>,
    at: At<'a>,
    expected: &'s [alloc::string::String],
}

impl<'a> Situation<'_, 'a> {
    /// Would the parser have accepted this terminal?
    fn expects(&self, terminal: &str) -> bool {
        self.expected
            .iter()
            .any(|expected| expected.trim_matches('"') == terminal)
    }

    fn describe(&self) -> (Text, Near<'a>) {
        let near = self.at.near;
        let before = self.at.before;
        if self.expects("CONSTANT") || (before == Before::Nav && self.token == Some(Tok::Otherwise))
        {
            return (UNEXPECTED, near);
        }
        if self.expects("=") && (self.expects("if") || self.expects("call(")) && !self.expects("}")
        {
            match before {
                // LuaJIT calls the operator by its first character where it might have been a compound assignment.
                Before::Variable
                    if matches!(near, Near::Token(Raw::BangEqual, _))
                        && self.expects("COMPOUND") =>
                {
                    return (Text::Expected("="), Near::Text("!"));
                }
                Before::Variable => return (Text::Expected("="), near),
                Before::Group => return (Text::Plain("syntax error"), near),
                Before::Call if !self.expects("if") => return (Text::Plain("syntax error"), near),
                _ => {}
            }
        }
        (self.text(), near)
    }

    fn text(&self) -> Text {
        if self.expects("if") {
            // A statement may begin, or the block may end.
            let ends = matches!(
                self.token,
                None | Some(Tok::Else | Tok::Elseif | Tok::End | Tok::Until)
            );
            return if ends { self.block_end() } else { UNEXPECTED };
        }
        if self.expects("...") {
            return Text::Plain("<name> or '...' expected");
        }
        if self.expects("in") {
            return if self.expects("=") {
                Text::Plain("'=' or 'in' expected")
            } else {
                Text::Expected("in")
            };
        }
        if self.expects("then") {
            return Text::Expected("then");
        }
        if self.expects("do") {
            return Text::Expected("do");
        }
        if self.expects("else:") {
            return Text::Expected(":");
        }
        if self.expects("->") && !self.expects(".") {
            return Text::Expected("->");
        }
        if self.expects("|") {
            return Text::Expected("|");
        }
        if self.expects("::") {
            return Text::Expected("::");
        }
        if self.expects(")") {
            return self.unclosed(")", "(");
        }
        if self.expects("]") {
            return Text::Expected("]");
        }
        if self.expects("}") {
            return self.unclosed("}", "{");
        }
        if self.expects(";")
            || self.expects("end")
            || self.expects("until")
            || self.expected.is_empty()
        {
            return self.block_end();
        }
        if self.expects("=") {
            return Text::Expected("=");
        }
        if self.expects("NAME") {
            // The target of an assignment is more than a name.
            return if self.expects("(") {
                UNEXPECTED
            } else {
                Text::Expected("<name>")
            };
        }
        if self.expects("call(") && !self.expects(".") {
            return Text::Plain("function arguments expected");
        }
        if self.expects("(") {
            return Text::Expected("(");
        }
        if self.expects(",") {
            return Text::Expected(",");
        }
        UNEXPECTED
    }

    /// The innermost block doesn't end as it should.
    fn block_end(&self) -> Text {
        let Some(frame) = self.adapter.open_before().last() else {
            return Text::Expected("<eof>");
        };
        match frame.kind {
            Open::If => self.unclosed("end", "if"),
            Open::While => self.unclosed("end", "while"),
            Open::For => self.unclosed("end", "for"),
            Open::Do => self.unclosed("end", "do"),
            Open::Function => self.unclosed("end", "function"),
            Open::Repeat => self.unclosed("until", "repeat"),
            Open::Paren | Open::Params | Open::Bracket | Open::Brace => UNEXPECTED,
        }
    }

    /// The innermost open thing should be closed.
    fn unclosed(&self, close: &'static str, open: &'static str) -> Text {
        match self.adapter.open_before().last() {
            Some(frame) if frame.kind != Open::Params && frame.line != self.at.span.end.line => {
                Text::Unclosed {
                    close,
                    open,
                    line: frame.line,
                }
            }
            _ => Text::Expected(close),
        }
    }
}
