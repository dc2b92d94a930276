//! Goto, break and continue, and the labels they lead to.
//!
//! An *exit* is a pending jump or a label of a scope that hasn't ended. At a scope's end its labels vanish, and jumps
//! that are still pending pass to the scope around it, closing the upvalues of the one they leave.

use super::emit::is;
use super::error::{Res, push};
use super::scope::Scope;
use super::{Compiler, Fail};
use crate::bytecode::{Bc, Ins};
use crate::syntax::ast::{Name, Pos};
use crate::value::{Gc, Str};

/// What a jump looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Break,
    Continue,
    Label(Gc<Str>),
}

/// A pending jump, or a label.
pub(super) struct Exit {
    target: Target,
    pc: u32,
    /// The number of active variables.
    active: u32,
    is_label: bool,
    /// The jump has found its label.
    is_resolved: bool,
}

impl Compiler<'_, '_> {
    fn new_exit(&mut self, target: Target, pc: u32, is_label: bool, pos: Pos) -> Res {
        self.count_entry(pos)?;
        let active = self.f.active;
        push(
            &mut self.exits,
            Exit {
                target,
                pc,
                active,
                is_label,
                is_resolved: false,
            },
        )
    }

    /// Emits the jump of a `break`, `continue` or `goto`.
    pub(super) fn emit_exit(&mut self, target: Target) -> Res {
        let pc = self.emit_jump()?;
        self.new_exit(target, pc, false, self.at)
    }

    /// Leads a pending jump to a label.
    fn patch_exit(&mut self, pc: u32, active: u32, target: u32) -> Res {
        let ins = self.ins_mut(pc);
        *ins = ins.with_a(active);
        self.patch(pc, target)
    }

    /// Makes a pending jump close upvalues from the slot `active` on.
    fn close_exit(&mut self, pc: u32, active: u32) -> Res {
        let ins = self.ins(pc);
        if is(ins, Bc::Jmp) {
            let distance = ins.jump();
            if distance != -1 {
                // The jumps that joined this one have to pass through the UCLO.
                let next = (pc as isize + 1 + distance) as u32;
                self.patch(next, pc)?;
            }
            *self.ins_mut(pc) = Ins::aj(Bc::UClo, active, -1);
        } else {
            *self.ins_mut(pc) = ins.with_a(active);
        }
        Ok(())
    }

    /// Resolves the pending jumps of the current scope, `first..`, that look for a label with `active` variables.
    fn resolve(&mut self, first: usize, target: Target, active: u32, pc: u32) -> Res {
        for i in first..self.exits.len() {
            let exit = &self.exits[i];
            if exit.is_label || exit.is_resolved || exit.target != target {
                continue;
            }
            let (exit_pc, exit_active) = (exit.pc, exit.active);
            if exit_active < active {
                return self.jumps_into_scope(target, exit_pc, exit_active);
            }
            self.exits[i].is_resolved = true;
            self.patch_exit(exit_pc, active, pc)?;
        }
        Ok(())
    }

    #[cold]
    fn jumps_into_scope(&mut self, target: Target, pc: u32, slot: u32) -> Res {
        let line = self.line_of(pc);
        let variable = self.variable_in(slot).name;
        let local: &[u8] = b"> jumps into the scope of local '";
        let name = match target {
            Target::Label(name) => name,
            _ => {
                return self.error_on_line(
                    line,
                    self.at,
                    &[b"<continue", local, variable.as_bytes(), b"'"],
                );
            }
        };
        self.error_on_line(
            line,
            self.at,
            &[b"<goto ", name.as_bytes(), local, variable.as_bytes(), b"'"],
        )
    }

    /// Leads the scope's breaks or continues to `pc`.
    pub(super) fn land(&mut self, first: usize, target: Target, pc: u32) -> Res {
        self.resolve(first, target, self.f.active, pc)
    }

    /// Leads the continues of the innermost scope to `pc`.
    pub(super) fn land_continue(&mut self, pc: u32) -> Res {
        match self.scopes.last() {
            Some(scope) if scope.exits < self.exits.len() => {
                self.land(scope.exits, Target::Continue, pc)
            }
            _ => Ok(()),
        }
    }

    /// Handles the exits of a scope that has just ended.
    pub(super) fn end_exits(&mut self, scope: &Scope) -> Res {
        if scope.is_loop {
            self.land(scope.exits, Target::Break, self.pc())?;
        }
        // Backward jumps: each looks for the labels before it.
        let mut kept = scope.exits;
        for i in scope.exits..self.exits.len() {
            let exit = &self.exits[i];
            if exit.is_label || exit.is_resolved {
                continue;
            }
            let (target, pc, active) = (exit.target, exit.pc, exit.active);
            let label = self.exits[scope.exits..i]
                .iter()
                .find(|label| label.is_label && label.target == target)
                .map(|label| (label.pc, label.active));
            if let Some((label_pc, label_active)) = label {
                self.exits[i].is_resolved = true;
                if scope.has_upvalue && active > label_active {
                    self.close_exit(pc, active)?;
                }
                self.patch_exit(pc, label_active, label_pc)?;
            }
        }
        let is_outermost = self.scopes.len() == self.f.scope_base;
        for i in scope.exits..self.exits.len() {
            let exit = &mut self.exits[i];
            if exit.is_label || exit.is_resolved {
                continue;
            }
            let (target, pc) = (exit.target, exit.pc);
            if is_outermost {
                return self.unresolved(target, pc);
            }
            exit.active = scope.active;
            if scope.has_upvalue {
                self.close_exit(pc, scope.active)?;
            }
            self.exits.swap(kept, i);
            kept += 1;
        }
        self.exits.truncate(kept);
        Ok(())
    }

    #[cold]
    fn unresolved(&mut self, target: Target, pc: u32) -> Res {
        let line = self.line_of(pc);
        match target {
            Target::Break => self.error_on_line(line, self.at, &[b"no loop to break"]),
            Target::Continue => self.error_on_line(line, self.at, &[b"no loop to continue"]),
            Target::Label(name) => self.error_on_line(
                line,
                self.at,
                &[b"undefined label '", name.as_bytes(), b"'"],
            ),
        }
    }

    /// The label of this name in the innermost scope: how many variables are active at it.
    fn find_label(&self, name: Gc<Str>) -> Option<u32> {
        let first = self.scopes.last()?.exits;
        self.exits[first..]
            .iter()
            .find(|exit| exit.is_label && exit.target == Target::Label(name))
            .map(|label| label.active)
    }

    /// `goto name`
    pub(super) fn goto(&mut self, name: Name<'_>) -> Res {
        let string = self.heap.intern(name.bytes)?;
        self.read_name(&name);
        if let Some(active) = self.find_label(string) {
            // Going back in the same scope is a loop.
            self.emit_open(Bc::Loop, active)?;
        }
        self.emit_exit(Target::Label(string))
    }

    /// `::name::`; a label at the end of its block is outside of the scope of the block's variables.
    pub(super) fn label(&mut self, name: Name<'_>, is_trailing: bool) -> Res {
        let string = self.heap.intern(name.bytes)?;
        self.read_name(&name);
        let pc = self.pc();
        self.f.last_target = pc;
        if self.find_label(string).is_some() {
            return self.error_behind(self.at, &[b"duplicate label '", name.bytes, b"'"]);
        }
        self.new_exit(Target::Label(string), pc, true, self.at)?;
        let scope = self.scopes.last().ok_or(Fail::Memory)?;
        let first = scope.exits;
        let active = if is_trailing {
            scope.active
        } else {
            self.f.active
        };
        if let Some(label) = self.exits.last_mut() {
            label.active = active;
        }
        self.resolve(first, Target::Label(string), active, pc)
    }
}
