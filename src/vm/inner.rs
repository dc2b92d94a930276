//! Parts of library functions that are written in Lua, so that what they call is compiled together with them.
//!
//! A native function calls its inner function ([`Vm::call_inner`]) and goes on when that returns. Nobody sees the inner function's
//! frame: [`Activations`](crate::vm::debuginfo::Activations) passes over it, hooks and debuggers don't hear of it. In its code `t[i]`
//! is a table indexed by a number without metamethods.
//!
//! Traces begin in the inner function, and are made for what it calls. There are several copies of each, so that every callee finds
//! one that was compiled for it.

use crate::bytecode::{Bc, Ins, Proto, ProtoFlags, ProtoParts};
use crate::gc::OutOfMemory;
use crate::value::{Function, Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

extern crate alloc;
use alloc::vec::Vec;

/// Copies of an inner function.
const COPIES: usize = 8;
/// What is kept of each: the pattern of the copies, and the copies.
const PLACES: usize = 1 + COPIES;

/// The inner functions.
#[derive(Clone, Copy)]
pub(crate) enum Inner {
    /// `table.sort` with a comparison function.
    Sort,
    /// `table.sort` of values with `__lt`.
    SortOrdered,
    /// `table.foreach`.
    Foreach,
    /// `table.foreachi`.
    Foreachi,
}

impl Inner {
    const COUNT: usize = 4;

    const fn source(self) -> &'static [u8] {
        match self {
            Inner::Sort => include_bytes!("../stdlib/table/sort.lua"),
            Inner::SortOrdered => include_bytes!(concat!(env!("OUT_DIR"), "/sort_ordered.lua")),
            Inner::Foreach => include_bytes!("../stdlib/table/foreach.lua"),
            Inner::Foreachi => include_bytes!("../stdlib/table/foreachi.lua"),
        }
    }
}

/// The state's inner functions.
pub(crate) struct InnerFunctions {
    /// A table that no script sees, with [`PLACES`] entries for each; nil before the first is made.
    pub(crate) table: Value,
    /// For whom the copies are: the address of code, which is compared and nothing else.
    users: [[usize; COPIES]; Inner::COUNT],
    /// The copy that gets the next user.
    next: [u8; Inner::COUNT],
}

impl InnerFunctions {
    pub(crate) const NONE: InnerFunctions = InnerFunctions {
        table: Value::NIL,
        users: [[0; COPIES]; Inner::COUNT],
        next: [0; Inner::COUNT],
    };
}

impl Vm {
    /// Calls an inner function on behalf of a native one, which goes on at `step`. `user` is what it calls.
    pub(crate) fn call_inner(
        &mut self,
        inner: Inner,
        step: u32,
        user: Value,
        arguments: &[Value],
    ) -> NativeResult {
        let function = self.inner_function(inner, user)?;
        self.begin_call(function, step)?;
        for argument in arguments {
            self.push(*argument)?;
        }
        Ok(Flow::Call {
            nargs: arguments.len() as u32,
        })
    }

    /// The copy of an inner function for this user.
    fn inner_function(&mut self, inner: Inner, user: Value) -> Result<Value, Raised> {
        let code = user.as_function().map_or(1, |f| f.pc.get().addr());
        let users = &mut self.inner.users[inner as usize];
        let copy = match users.iter().position(|&user| user == code) {
            Some(copy) => copy,
            None => {
                let next = &mut self.inner.next[inner as usize];
                let copy = usize::from(*next);
                *next = (*next + 1) % COPIES as u8;
                users[copy] = code;
                copy
            }
        };
        let first = (inner as usize * PLACES) as i32;
        let place = first + 1 + copy as i32;
        let table = match self.inner.table.as_table() {
            Some(table) => table,
            None => {
                let table = self.new_table((Inner::COUNT * PLACES) as u32, 0)?;
                self.inner.table = table.into();
                table
            }
        };
        let found = table.get_int(place);
        if found.is_function() {
            return Ok(found);
        }
        let made = self.copy_inner(inner, table, first)?;
        self.raw_set_int(table, place, made.into())?;
        Ok(made.into())
    }

    /// A new copy of an inner function.
    fn copy_inner(
        &mut self,
        inner: Inner,
        table: Gc<Table>,
        pattern: i32,
    ) -> Result<Gc<Function>, Raised> {
        let proto = match table.get_int(pattern).as_proto() {
            Some(proto) => proto,
            None => {
                let main = self.compile_inner(inner.source())?;
                let mut objects = (0..).map_while(|i| main.object(i));
                let Some(proto) = objects.find_map(Value::as_proto) else {
                    return Err(self.memory_error());
                };
                self.raw_set_int(table, pattern, proto.into())?;
                proto
            }
        };
        let copy = copy_proto(self, proto);
        let env = self.globals;
        let function = copy.and_then(|copy| self.heap.new_lua_function(copy, env, 0));
        function.map_err(|OutOfMemory| self.memory_error())
    }
}

/// A copy of a prototype, without debug information and with raw accesses to tables.
fn copy_proto(vm: &mut Vm, proto: Gc<Proto>) -> Result<Gc<Proto>, OutOfMemory> {
    let mut code = Vec::new();
    let len = proto.code().len();
    code.try_reserve_exact(len).map_err(|_| OutOfMemory)?;
    code.extend((0..len).filter_map(|i| proto.instruction(i)).map(raw));
    let mut objects = Vec::new();
    let count = (0..).map_while(|i| proto.object(i)).count();
    objects.try_reserve_exact(count).map_err(|_| OutOfMemory)?;
    objects.extend((0..count).filter_map(|i| proto.object(i)));
    let flags = proto.flags().0 & ProtoFlags::OF_SOURCE | ProtoFlags::INNER;
    vm.heap.new_proto(&ProtoParts {
        code: &code,
        numbers: proto.numbers(),
        objects: &objects,
        captures: &[],
        param_count: proto.param_count() as u8,
        frame_size: proto.frame_size() as u8,
        flags: ProtoFlags(flags),
        chunk_name: proto.chunk_name(),
        first_line: proto.first_line(),
        line_count: 0,
        lines: &[],
        upvalue_names: &[],
        locals: &[],
    })
}

/// An access to a table in its raw form.
fn raw(ins: Ins) -> Ins {
    let (a, b, c) = (ins.a() as u32, ins.b() as u32, ins.c() as u32);
    match ins.op() {
        Some(Bc::TGetV) => Ins::abc(Bc::TGetR, a, b, c),
        Some(Bc::TSetV) => Ins::abc(Bc::TSetR, a, b, c),
        _ => ins,
    }
}
