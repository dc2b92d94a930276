//! Variables: declaration, lookup, upvalues, and the scopes they live in.
//!
//! The active variables of all unfinished functions are found by name through chains, one a bucket, newest first.

use super::desc::{Desc, Kind};
use super::error::{Res, push};
use super::{Core, MAX_ENTRIES, MAX_LOCALS};
use crate::bytecode::{Bc, MAX_UPVALUES};
use crate::syntax::ast::Pos;
use crate::value::{Gc, Str};

/// The number of buckets, a power of two.
pub(super) const BUCKETS: usize = 64;
/// The end of a bucket's chain.
pub(super) const NO_VAR: u16 = u16::MAX;

/// The names of the variables that loops hide.
pub(super) const HIDDEN: [&str; 6] = [
    "(for index)",
    "(for limit)",
    "(for step)",
    "(for generator)",
    "(for state)",
    "(for control)",
];

/// A local variable, active or not.
pub(super) struct Variable {
    pub name: Gc<Str>,
    /// The instructions in which it is active.
    pub start: u32,
    pub end: u32,
    pub slot: u8,
    /// No name finds it.
    is_hidden: bool,
    pub is_const: bool,
    /// It is assigned after its initialisation.
    pub is_assigned: bool,
    /// The next in its bucket's chain.
    prev: u16,
}

/// Where an upvalue comes from when its closure is made.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// The variable of the creating function.
    Local(u16),
    /// The upvalue of the creating function.
    Upvalue(u8),
}

/// A scope: a block, a loop or a function.
pub(super) struct Scope {
    /// The number of active variables outside.
    pub active: u32,
    /// Where its pending jumps begin.
    pub exits: usize,
    /// Where its labels begin.
    pub labels: usize,
    /// `break` leaves it.
    pub is_loop: bool,
    /// A closure captures one of its variables.
    pub has_upvalue: bool,
    /// Its end doesn't close upvalues; what ends the function does.
    pub no_close: bool,
}

/// The bucket of a name.
pub(super) fn bucket(name: Gc<Str>) -> usize {
    name.hash as usize & (BUCKETS - 1)
}

impl Core<'_> {
    /// Counts a variable, goto or label.
    pub(super) fn count_entry(&mut self, pos: Pos) -> Res {
        if self.entries >= MAX_ENTRIES {
            let mut buffer = [0; 10];
            let limit = super::error::decimal(MAX_ENTRIES, &mut buffer);
            return self.error_behind(pos, &[b"chunk has more than ", limit, b" local variables"]);
        }
        self.entries += 1;
        Ok(())
    }

    fn new_variable(&mut self, n: u32, name: Gc<Str>, is_hidden: bool, end: Pos) -> Res<u16> {
        if self.f.active + n >= MAX_LOCALS {
            return self.error_limit(end, MAX_LOCALS, "local variables");
        }
        self.count_entry(end)?;
        let index = self.vars.len() as u16;
        push(
            &mut self.vars,
            Variable {
                name,
                start: 0,
                end: 0,
                slot: 0,
                is_hidden,
                is_const: false,
                is_assigned: false,
                prev: NO_VAR,
            },
        )?;
        self.slot_vars
            .truncate(self.f.slot_base + (self.f.active + n) as usize);
        push(&mut self.slot_vars, index)?;
        Ok(index)
    }

    /// Declares the `n`-th new variable, whose name ends at `end`. It isn't active yet.
    pub(super) fn declare(&mut self, n: u32, name: Gc<Str>, end: Pos) -> Res<u16> {
        let mut at = self.buckets[bucket(name)];
        while let Some(var) = self.vars.get(at as usize) {
            if var.is_const && var.name == name {
                return self.redeclared(name, end);
            }
            at = var.prev;
        }
        self.new_variable(n, name, false, end)
    }

    /// Fails because a const variable would be declared again.
    #[cold]
    pub(super) fn redeclared<T>(&mut self, name: Gc<Str>, end: Pos) -> Res<T> {
        self.error_behind(
            end,
            &[
                b"attempt to re-declare const variable '",
                name.as_bytes(),
                b"'",
            ],
        )
    }

    /// Declares the three hidden variables of a loop, from `HIDDEN[first]` on.
    pub(super) fn declare_hidden(&mut self, first: usize, end: Pos) -> Res {
        for n in 0..3 {
            let name = match self.hidden[first + n] {
                Some(name) => name,
                None => {
                    let name = self.heap.intern(HIDDEN[first + n].as_bytes())?;
                    self.hidden[first + n] = Some(name);
                    name
                }
            };
            self.new_variable(n as u32, name, true, end)?;
        }
        Ok(())
    }

    /// Activates the next `n` declared variables.
    pub(super) fn activate(&mut self, n: u32) {
        let start = self.pc();
        for slot in self.f.active..self.f.active + n {
            let index = self.slot_vars[self.f.slot_base + slot as usize];
            let var = &mut self.vars[index as usize];
            var.start = start;
            var.slot = slot as u8;
            if !var.is_hidden {
                let bucket = &mut self.buckets[bucket(var.name)];
                var.prev = *bucket;
                *bucket = index;
            }
        }
        self.f.active += n;
    }

    /// Ends the newest active variables, down to `level` of them.
    fn deactivate(&mut self, level: u32) {
        let end = self.pc();
        while self.f.active > level {
            self.f.active -= 1;
            let index = self.slot_vars[self.f.slot_base + self.f.active as usize];
            let var = &mut self.vars[index as usize];
            var.end = end;
            if !var.is_hidden {
                self.buckets[bucket(var.name)] = var.prev;
            }
        }
    }

    /// The variable in a slot of the innermost function.
    pub(super) fn variable_in(&mut self, slot: u32) -> &mut Variable {
        let index = self.slot_vars[self.f.slot_base + slot as usize];
        &mut self.vars[index as usize]
    }

    /// The variable is assigned after its initialisation.
    #[inline]
    pub(super) fn mark_assigned(&mut self, var: u16) {
        self.vars[var as usize].is_assigned = true;
    }

    /// What a name means. `end` is the end of the name.
    #[inline]
    pub(super) fn lookup(&mut self, name: Gc<Str>, end: Pos) -> Res<Desc> {
        let mut at = self.buckets[bucket(name)];
        while let Some(var) = self.vars.get(at as usize) {
            if var.name == name {
                if at as usize >= self.f.var_base {
                    let slot = var.slot;
                    return Ok(Kind::Local { slot, var: at }.into());
                }
                let index = self.upvalue(at, end)?;
                return Ok(Kind::Upvalue { index, var: at }.into());
            }
            at = var.prev;
        }
        Ok(Kind::Global(name).into())
    }

    fn state(&mut self, level: usize) -> &mut super::FuncState {
        match self.outer.get_mut(level) {
            Some(f) => f,
            None => &mut self.f,
        }
    }

    /// The upvalue of the innermost function for a variable of an outer one.
    fn upvalue(&mut self, var: u16, end: Pos) -> Res<u8> {
        let known =
            |f: &super::FuncState| f.upvalues[..f.upvalue_count].iter().position(|&v| v == var);
        if let Some(index) = known(&self.f) {
            return Ok(index as u8);
        }
        let result = self.f.upvalue_count as u8;
        let mut level = self.outer.len();
        while level > 0 {
            let f = self.state(level);
            let index = f.upvalue_count;
            if index >= MAX_UPVALUES {
                let line = f.line_defined;
                return self.error_limit_of(line, end, MAX_UPVALUES as u32, "upvalues");
            }
            f.upvalues[index] = var;
            f.upvalue_count += 1;
            level -= 1;
            let parent = self.state(level);
            let source = if var as usize >= parent.var_base {
                Some(Source::Local(var))
            } else {
                known(parent).map(|i| Source::Upvalue(i as u8))
            };
            let parent_count = parent.upvalue_count as u8;
            self.state(level + 1).sources[index] = source.unwrap_or(Source::Upvalue(parent_count));
            if let Some(Source::Local(_)) = source {
                self.mark_captured(level, var);
            }
            if source.is_some() {
                break;
            }
        }
        Ok(result)
    }

    /// Marks the scope of a variable of the function at `level` as having upvalues to close.
    fn mark_captured(&mut self, level: usize, var: u16) {
        let slot = u32::from(self.vars[var as usize].slot);
        let first = self.state(level).scope_base;
        let end = match level + 1 {
            inner if inner <= self.outer.len() => self.state(inner).scope_base,
            _ => self.scopes.len(),
        };
        let scopes = &mut self.scopes[first..end];
        if let Some(scope) = scopes.iter_mut().rev().find(|scope| scope.active <= slot) {
            scope.has_upvalue = true;
        }
    }

    /// Begins a scope.
    pub(super) fn begin_scope(&mut self, is_loop: bool) -> Res {
        push(
            &mut self.scopes,
            Scope {
                active: self.f.active,
                exits: self.exits.len(),
                labels: self.labels.len(),
                is_loop,
                has_upvalue: false,
                no_close: false,
            },
        )
    }

    /// Ends the innermost scope.
    pub(super) fn end_scope(&mut self) -> Res {
        let Some(scope) = self.scopes.pop() else {
            return Ok(());
        };
        self.deactivate(scope.active);
        self.f.free = self.f.active;
        if scope.has_upvalue && !scope.no_close {
            self.emit(crate::bytecode::Ins::aj(Bc::UClo, scope.active, 0))?;
        }
        if self.exits.len() > scope.exits || self.labels.len() > scope.labels {
            self.end_exits(&scope)?;
        }
        Ok(())
    }

    /// Fails if the target of an assignment is a const variable. `end` is the target's end.
    pub(super) fn check_assignable(&mut self, target: &Desc, end: Pos) -> Res {
        if let Kind::Local { var, .. } | Kind::Upvalue { var, .. } = target.kind
            && self.vars[var as usize].is_const
        {
            let name = self.vars[var as usize].name;
            return self.error_behind(
                end,
                &[
                    b"attempt to assign to const variable '",
                    name.as_bytes(),
                    b"'",
                ],
            );
        }
        Ok(())
    }
}
