//! Beginning and finishing a function: final returns, captures, debug information, the prototype.

use super::emit::is;
use super::error::{Res, push};
use super::scope::Source;
use super::{Captured, Compiler, Core, Fail, FuncState};
use crate::bytecode::{
    BIAS_J, Bc, CaptureInfo, Ins, LocalVar, MAX_D, MAX_UPVALUES, NO_JUMP, Proto, ProtoFlags,
    ProtoParts,
};
use crate::syntax::ast;
use crate::value::{Gc, Str};

fn is_return(ins: Ins) -> bool {
    matches!(
        ins.op(),
        Some(Bc::CallMT | Bc::CallT | Bc::RetM | Bc::Ret | Bc::Ret0 | Bc::Ret1)
    )
}

impl<'a> Compiler<'_, 'a, '_> {
    /// Begins a function inside the current one.
    pub(super) fn begin_function(&mut self, function: &'a ast::Function<'a>, line: u32) -> Res {
        let new = FuncState {
            code_base: self.code.len(),
            pending: NO_JUMP,
            line_defined: line,
            var_base: self.vars.len(),
            slot_base: self.slot_vars.len(),
            scope_base: self.scopes.len(),
            captured_base: self.captured.len(),
            constants: self.constants.base(),
            entry_base: self.entries,
            level: self.level,
            is_vararg: function.is_vararg,
            ..FuncState::default()
        };
        // The current function's slots end where the new one's begin.
        let outer = core::mem::replace(&mut self.f, new);
        push(&mut self.outer, outer)?;
        self.begin_scope(false)?;
        for (n, name) in function.params.iter().enumerate() {
            let string = self.heap.intern(name.bytes)?;
            self.read_name(name);
            self.core.declare(n as u32, string, self.core.at)?;
        }
        let params = function.params.len() as u32;
        self.activate(params);
        self.reserve(params)?;
        self.f.params = params as u8;
        self.emit_ad(Bc::FuncF, 0, 0)?;
        Ok(())
    }

    /// Compiles statements of the main chunk.
    pub(super) fn part(&mut self, main: &'a ast::Function<'a>) -> Res {
        if let ast::Body::Block(block) = main.body {
            self.push_block(&block, false)?;
            self.run()?;
        }
        Ok(())
    }
}

impl Core<'_> {
    /// Begins the main chunk.
    pub(super) fn begin_chunk(&mut self) -> Res {
        self.f.is_vararg = true;
        self.begin_scope(false)?;
        self.emit_ad(Bc::FuncV, 0, 0)?;
        Ok(())
    }

    /// Ends the main chunk.
    pub(super) fn end_chunk(&mut self) -> Res<Gc<Proto>> {
        let end = super::position::next_token(self.source, self.at);
        self.finish(end.line)
    }

    /// Emits the final return if control can reach the end, and lets early returns close upvalues of closures that were
    /// only found later.
    fn finish_returns(&mut self) -> Res {
        let last = self.pc();
        let scope = self.scopes.last_mut().ok_or(Fail::Memory)?;
        scope.no_close = true;
        let has_upvalue = scope.has_upvalue;
        if last <= self.f.last_target || !is_return(self.ins(last - 1)) {
            if has_upvalue {
                self.emit(Ins::aj(Bc::UClo, 0, 0))?;
            }
            self.emit_ad(Bc::Ret0, 0, 1)?;
        }
        self.end_scope()?;
        if !self.f.fix_returns {
            return Ok(());
        }
        for pc in 1..last {
            let ins = self.ins(pc);
            if is(ins, Bc::FNew) {
                break;
            }
            if is_return(ins) {
                let copy = self.emit(ins)?;
                self.set_line(copy, self.line_of(pc));
                let distance = (copy - (pc + 1)) + BIAS_J;
                if distance > MAX_D {
                    return self.error_near("function too long for return fixup");
                }
                *self.ins_mut(pc) = Ins::ad(Bc::UClo, 0, distance);
            }
        }
        Ok(())
    }

    /// Finishes the innermost function, whose last line is `line`, and makes its prototype.
    pub(super) fn finish(&mut self, line: u32) -> Res<Gc<Proto>> {
        self.finish_returns()?;
        let limit = MAX_D + 1;
        let numbers = self.constants.numbers(self.f.constants).len();
        let objects = self.constants.objects(self.f.constants).len();
        if numbers.max(objects) > limit as usize {
            return self.error_limit(self.at, limit, "constants");
        }
        let base = self.f.code_base;
        let header = if self.f.is_vararg {
            Bc::FuncV
        } else {
            Bc::FuncF
        };
        self.code[base] = Ins::ad(header, self.f.frame_size, 0);
        self.lines[base] = self.f.line_defined;

        let mut captures = [CaptureInfo(0); MAX_UPVALUES];
        let mut names = [self.chunk_name; MAX_UPVALUES];
        let count = self.f.upvalue_count;
        for i in 0..count {
            names[i] = self.vars[self.f.upvalues[i] as usize].name;
            captures[i] = CaptureInfo(match self.f.sources[i] {
                Source::Local(var) => CaptureInfo::LOCAL | u16::from(self.vars[var as usize].slot),
                Source::Upvalue(index) => u16::from(index),
            });
        }
        let vars = &self.vars[self.f.var_base..];
        self.locals.clear();
        self.locals
            .try_reserve(vars.len())
            .map_err(|_| Fail::Memory)?;
        self.locals.extend(vars.iter().map(|var| LocalVar {
            name: var.name,
            start: var.start,
            end: var.end,
        }));
        let flag = |condition, flag| if condition { flag } else { 0 };
        let flags =
            flag(self.f.has_child, ProtoFlags::CHILD) | flag(self.f.is_vararg, ProtoFlags::VARARG);
        let proto = self.heap.new_proto(&ProtoParts {
            code: &self.code[base..],
            numbers: self.constants.numbers(self.f.constants),
            objects: self.constants.objects(self.f.constants),
            captures: &captures[..count],
            param_count: self.f.params,
            frame_size: self.f.frame_size as u8,
            flags: ProtoFlags(flags),
            chunk_name: self.chunk_name,
            first_line: self.f.line_defined,
            line_count: line.saturating_sub(self.f.line_defined),
            lines: &self.lines[base..],
            upvalue_names: &names[..count],
            locals: &self.locals,
        })?;
        self.mark_immutable();
        self.constants
            .end(self.f.constants, self.outer.len() as u32);
        self.leave(proto)?;
        Ok(proto)
    }

    /// Tells the children's captures which variables turned out never to be assigned.
    fn mark_immutable(&mut self) {
        for Captured { child, index, var } in self.captured.drain(self.f.captured_base..) {
            if !self.vars[var as usize].is_assigned {
                child.mark_immutable(index as usize);
            }
        }
    }

    /// Returns to the function around the innermost one.
    fn leave(&mut self, proto: Gc<Proto>) -> Res {
        self.code.truncate(self.f.code_base);
        self.lines.truncate(self.f.code_base);
        self.vars.truncate(self.f.var_base);
        self.slot_vars.truncate(self.f.slot_base);
        self.entries = self.f.entry_base;
        self.level = self.f.level;
        let Some(outer) = self.outer.pop() else {
            return Ok(());
        };
        let inner = core::mem::replace(&mut self.f, outer);
        for (index, source) in inner.sources[..inner.upvalue_count].iter().enumerate() {
            if let Source::Local(var) = *source {
                push(
                    &mut self.captured,
                    Captured {
                        child: proto,
                        index: index as u8,
                        var,
                    },
                )?;
            }
        }
        Ok(())
    }

    /// The string of a name; the name counts as read.
    pub(super) fn intern_name(&mut self, name: &ast::Name<'_>) -> Res<Gc<Str>> {
        self.read_name(name);
        Ok(self.heap.intern(name.bytes)?)
    }

    /// Lets a name count as read.
    #[inline(always)]
    pub(super) fn read_name(&mut self, name: &ast::Name<'_>) {
        self.at = ast::Pos {
            line: name.pos.line,
            offset: name.pos.offset + name.bytes.len() as u32,
        };
    }
}
