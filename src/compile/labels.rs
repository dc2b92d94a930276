//! Goto, break and continue, and the labels they lead to.
//!
//! At a scope's end its labels vanish, and jumps that are still pending pass to the scope around it, closing the
//! upvalues of the one they leave. Labels are found by name through chains, one a bucket, newest first.

extern crate alloc;

use super::emit::is;
use super::error::{Res, push};
use super::scope::{BUCKETS, Scope, bucket};
use super::{Core, Fail};
use crate::bytecode::{Bc, Ins};
use crate::syntax::ast::Name;
use crate::value::{Gc, Str};

/// What a jump looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Break,
    Continue,
    Label(Gc<Str>),
}

/// A jump whose target isn't known yet.
pub(super) struct Exit {
    target: Target,
    pc: u32,
    /// The number of active variables.
    active: u32,
}

/// A label of a scope that hasn't ended.
struct Label {
    name: Gc<Str>,
    pc: u32,
    /// The number of active variables.
    active: u32,
    /// The next in its bucket's chain.
    prev: u32,
}

/// The end of a bucket's chain.
const NO_LABEL: u32 = u32::MAX;

/// The labels of all scopes that haven't ended.
pub(super) struct Labels {
    list: alloc::vec::Vec<Label>,
    buckets: [u32; BUCKETS],
}

impl Labels {
    /// No labels.
    pub fn new() -> Labels {
        Labels {
            list: alloc::vec::Vec::new(),
            buckets: [NO_LABEL; BUCKETS],
        }
    }
    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Label>()
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    fn add(&mut self, name: Gc<Str>, pc: u32, active: u32) -> Res {
        let index = self.list.len() as u32;
        let prev = self.buckets[bucket(name)];
        push(
            &mut self.list,
            Label {
                name,
                pc,
                active,
                prev,
            },
        )?;
        self.buckets[bucket(name)] = index;
        Ok(())
    }
    /// The label of this name among those from `first` on: its position, and the number of variables active there.
    fn find(&self, first: usize, name: Gc<Str>) -> Option<(u32, u32)> {
        let mut at = self.buckets[bucket(name)] as usize;
        while let Some(label) = self.list.get(at).filter(|_| at >= first) {
            if label.name == name {
                return Some((label.pc, label.active));
            }
            at = label.prev as usize;
        }
        None
    }
    /// Forgets those from `first` on.
    fn truncate(&mut self, first: usize) {
        while self.list.len() > first {
            if let Some(label) = self.list.pop() {
                self.buckets[bucket(label.name)] = label.prev;
            }
        }
    }
}

impl Core<'_> {
    /// Emits the jump of a `break`, `continue` or `goto`.
    pub(super) fn emit_exit(&mut self, target: Target) -> Res {
        let pc = self.emit_jump()?;
        self.count_entry(self.at)?;
        let active = self.f.active;
        push(&mut self.exits, Exit { target, pc, active })
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

    /// Leads the pending jumps from `first` on that look for this target to `pc`, where `active` variables are active.
    fn resolve(&mut self, first: usize, target: Target, active: u32, pc: u32) -> Res {
        let mut kept = first;
        for i in first..self.exits.len() {
            let exit = &self.exits[i];
            if exit.target != target {
                self.exits.swap(kept, i);
                kept += 1;
                continue;
            }
            let (exit_pc, exit_active) = (exit.pc, exit.active);
            if exit_active < active {
                return self.jumps_into_scope(target, exit_pc, exit_active);
            }
            self.patch_exit(exit_pc, active, pc)?;
        }
        self.exits.truncate(kept);
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

    /// Handles the jumps and labels of a scope that has just ended.
    pub(super) fn end_exits(&mut self, scope: &Scope) -> Res {
        if scope.is_loop {
            self.land(scope.exits, Target::Break, self.pc())?;
        }
        let is_outermost = self.scopes.len() == self.f.scope_base;
        let mut kept = scope.exits;
        for i in scope.exits..self.exits.len() {
            let exit = &self.exits[i];
            let (target, pc, active) = (exit.target, exit.pc, exit.active);
            // A label behind the jump would have resolved it, so that one found here lies before it.
            let label = match target {
                Target::Label(name) => self.labels.find(scope.labels, name),
                _ => None,
            };
            if let Some((label_pc, label_active)) = label {
                if scope.has_upvalue && active > label_active {
                    self.close_exit(pc, active)?;
                }
                self.patch_exit(pc, label_active, label_pc)?;
                continue;
            }
            if is_outermost {
                return self.unresolved(target, pc);
            }
            self.exits[i].active = scope.active;
            if scope.has_upvalue {
                self.close_exit(pc, scope.active)?;
            }
            self.exits.swap(kept, i);
            kept += 1;
        }
        self.exits.truncate(kept);
        self.labels.truncate(scope.labels);
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

    /// `goto name`
    pub(super) fn goto(&mut self, name: Name<'_>) -> Res {
        let string = self.heap.intern(name.bytes)?;
        self.read_name(&name);
        let first = self.scopes.last().map_or(0, |scope| scope.labels);
        if let Some((_, active)) = self.labels.find(first, string) {
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
        let scope = self.scopes.last().ok_or(Fail::Memory)?;
        let (first, outside) = (scope.exits, scope.active);
        if self.labels.find(scope.labels, string).is_some() {
            return self.error_behind(self.at, &[b"duplicate label '", name.bytes, b"'"]);
        }
        self.count_entry(self.at)?;
        let active = if is_trailing { outside } else { self.f.active };
        self.labels.add(string, pc, active)?;
        self.resolve(first, Target::Label(string), active, pc)
    }
}
