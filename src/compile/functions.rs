//! Function bodies.

use super::Compiler;
use super::desc::{Desc, Kind};
use super::error::Res;
use super::walk::{CONTINUE, Frame, Step};
use crate::bytecode::Bc;
use crate::syntax::ast::{Body, Expr, Function};

impl<'a> Compiler<'_, 'a, '_> {
    /// A function as an expression.
    pub(super) fn function(
        &mut self,
        e: &'a Expr<'a>,
        function: &'a Function<'a>,
    ) -> Res<Step<'a>> {
        let start = self
            .source
            .get(e.span.start.offset as usize..)
            .unwrap_or(&[]);
        let is_long = start.starts_with(b"function")
            && !start
                .get(8)
                .is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80);
        self.body(function, function.defined.line, !is_long)
    }

    /// Compiles a function up to its end; its FNEW is the value.
    pub(super) fn body(
        &mut self,
        function: &'a Function<'a>,
        line: u32,
        is_short: bool,
    ) -> Res<Step<'a>> {
        self.begin_function(function, line)?;
        self.wait(Frame::Body { function, is_short })?;
        match &function.body {
            Body::Block(block) => {
                self.level += 2;
                self.push_block(block, false)?;
                CONTINUE
            }
            Body::Expr(e) => {
                self.at.line = e.span.start.line;
                self.wait(Frame::ShortBody)?;
                Ok(Step::Eval(e))
            }
        }
    }

    pub(super) fn short_body(&mut self, e: Desc) -> Res<Step<'a>> {
        self.f.has_return = true;
        self.return_values(1, e)
    }

    /// The body is complete.
    pub(super) fn end_function(
        &mut self,
        function: &'a Function<'a>,
        is_short: bool,
    ) -> Res<Step<'a>> {
        self.at = function.span.end;
        if is_short {
            // LuaJIT has read the token behind a short function by now.
            self.look_behind(self.at);
        }
        let line = self.at.line;
        let proto = self.finish(line)?;
        let constant = self.object_constant(proto.into())?;
        let pc = self.emit_ad(Bc::FNew, 0, constant)?;
        if !self.f.has_child {
            self.f.fix_returns = self.f.has_return;
            self.f.has_child = true;
        }
        Ok(Step::Done(Kind::Relocatable(pc).into()))
    }
}
