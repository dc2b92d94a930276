//! What would have to follow the source before an error for it to be a chunk.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::adapter::Adapter;
use super::context::{Before, Context};
use super::frame::{Frame, Inside, Open};

/// The text that completes the source up to the token at fault, if it is simple to say.
pub fn completion<'s>(
    adapter: &Adapter<'s>,
    context: &Context<'s>,
    source: &[u8],
    arena: &'s Bump,
) -> Option<Vec<'s, u8>> {
    let (frames, inside) = adapter.place_before()?;
    let at = context.at.get();
    let mut end = End {
        text: Vec::new_in(arena),
        before: at.before,
    };
    let prefix = source.get(..at.span.start.offset as usize)?;
    end.operand(inside, frames.last(), prefix)?;
    end.expression(inside)?;
    for frame in frames.iter().rev() {
        let (text, before) = match (frame.kind, frame.flag) {
            (Open::Paren, true) => (" )", Before::Call),
            (Open::Paren, false) => (" )", Before::Group),
            (Open::Bracket, true) => (" ]", Before::Variable),
            (Open::Bracket, false) => (" ] = nil", Before::Done),
            (Open::Brace, true) => (" }", Before::Call),
            (Open::Brace, false) => (" }", Before::Done),
            (Open::If, false) => (" then end", Before::Done),
            (Open::While, false) => (" do end", Before::Done),
            // How many values are missing isn't known.
            (Open::For, false) => return None,
            (Open::Params, _) => (" )", Before::Done),
            (Open::Repeat, _) => (" until nil", Before::Done),
            (Open::If | Open::While | Open::For | Open::Do | Open::Function, _) => {
                (" end", Before::Done)
            }
        };
        end.push(text)?;
        end.before = before;
        if frame.kind != Open::Params && frame.kind != Open::Repeat {
            end.expression(frame.outer)?;
        }
    }
    Some(end.text)
}

/// The text so far, and what it ends in.
struct End<'s> {
    text: Vec<'s, u8>,
    before: Before,
}

impl End<'_> {
    fn push(&mut self, text: &str) -> Option<()> {
        self.text.try_reserve(text.len()).ok()?;
        self.text.extend_from_slice(text.as_bytes());
        Some(())
    }

    /// Completes an operand that has begun or has to begin.
    fn operand(&mut self, inside: Inside, open: Option<&Frame>, prefix: &[u8]) -> Option<()> {
        match self.before {
            Before::Start | Before::Operator | Before::Arrow if inside.expression => {
                let empty = matches!(prefix.trim_ascii_end().last(), Some(b'(' | b'{'));
                let list = open.is_some_and(|frame| match frame.kind {
                    Open::Paren => frame.flag,
                    kind => kind == Open::Brace,
                });
                if !(empty && list) {
                    self.push(" nil")?;
                }
                self.before = Before::Done;
            }
            Before::Start | Before::Operator | Before::Arrow => {
                self.push(" x")?;
                self.before = Before::Variable;
            }
            Before::Dot | Before::Nav => {
                self.push(" x()")?;
                self.before = Before::Call;
            }
            // A short function's head without its arrow.
            Before::Done if prefix.trim_ascii_end().ends_with(b"|") => self.push(" -> nil")?,
            Before::Bind if open.is_some_and(|frame| frame.kind == Open::Params) => {
                self.push(" x")?
            }
            Before::Bind => return None,
            _ => {}
        }
        Some(())
    }

    /// Completes the conditionals around a complete operand, or the statement that it stands in.
    fn expression(&mut self, inside: Inside) -> Option<()> {
        for n in 0..inside.conditionals {
            // Behind a prefix expression the colon could be a method's.
            if self.before.is_prefix() && !(n == 0 && inside.no_colon) {
                return None;
            }
            self.push(" : nil")?;
            self.before = Before::Done;
        }
        if !inside.expression {
            match self.before {
                Before::Variable => self.push(" = nil")?,
                Before::Group => self.push("()")?,
                _ => {}
            }
            self.before = Before::Done;
        }
        Some(())
    }
}
