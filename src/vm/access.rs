//! Parts of objects that only `debug`, `getfenv` and the like reach: environments, metatables of any value, upvalues.

use crate::value::{Function, Gc, Table, Thread, Upvalue, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::Local;
use crate::vm::native::Raised;
use crate::vm::state::LIGHT_SEGMENTS;

/// Bits of a light userdata's address that its payload holds directly; the rest is the segment.
const LIGHT_LOW_BITS: u32 = 40;

impl Vm {
    /// Sets the metatable of any value: of the object, or of all values of its type.
    pub fn set_metatable_of(&mut self, v: Value, metatable: Option<Gc<Table>>) {
        if let Some(t) = v.as_table() {
            self.heap.write(t).set_metatable(metatable);
        } else if let Some(u) = v.as_userdata() {
            let _barrier = self.heap.write(u);
            u.metatable.set(metatable);
        } else {
            self.base_metatables[v.type_of() as usize] = metatable;
            if v.as_bool().is_some() {
                self.base_metatables[crate::value::Type::Boolean as usize] = metatable;
            }
            self.forget_traces();
        }
    }

    /// Something changed that traces take for granted.
    pub(super) fn forget_traces(&mut self) {
        #[cfg(feature = "jit")]
        if self.jit.traces.len() != 0 || self.jit.is_recording() {
            self.flush_traces();
        }
    }

    /// From outside its functions a variable is assigned that none of them assigns, so that traces may have its value.
    fn make_mutable(&mut self, upvalue: Gc<Upvalue>) {
        if upvalue.header.b.replace(0) != 0 {
            self.forget_traces();
        }
    }

    /// Assigns a local variable of an activation in a thread.
    pub fn assign_local(&mut self, thread: Gc<Thread>, local: &Local, v: Value) {
        // Functions that captured it may take it for a constant.
        let mut upvalue = thread.open_upvalues.get();
        // SAFETY: the chain links live open upvalues of this thread.
        while let Some(u) = unsafe { upvalue.as_ref() } {
            if u.v.get() == local.slot() {
                // SAFETY: as above.
                self.make_mutable(unsafe { Gc::from_ptr(upvalue) });
                break;
            }
            upvalue = u.next_open.get();
        }
        // SAFETY: `Vm::local` found the slot in a live frame, and no safepoint lies between. Stacks need no barrier.
        unsafe { *local.slot() = v }
    }

    /// The environment of a function, thread or userdata.
    pub fn environment_of(&self, v: Value) -> Option<Gc<Table>> {
        if let Some(f) = v.as_function() {
            Some(f.env.get())
        } else if let Some(u) = v.as_userdata() {
            Some(u.env.get().unwrap_or(self.globals))
        } else {
            v.as_thread().map(|thread| thread.env.get())
        }
    }

    /// Sets the environment of a function, thread or userdata; false for anything else.
    pub fn set_environment_of(&mut self, v: Value, env: Gc<Table>) -> bool {
        if let Some(f) = v.as_function() {
            let _barrier = self.heap.write(f);
            f.env.set(env);
        } else if let Some(u) = v.as_userdata() {
            let _barrier = self.heap.write(u);
            u.env.set(Some(env));
        } else if let Some(thread) = v.as_thread() {
            let _barrier = self.heap.write(thread);
            thread.env.set(env);
        } else {
            return false;
        }
        true
    }

    /// The function at a level of the running thread: 0 is the running function, 1 its caller.
    pub fn frame_function(&self, level: usize) -> Option<Gc<Function>> {
        self.activations(self.running_thread())
            .nth(level)
            .map(|at| at.function)
    }

    /// Assigns upvalue `i` of any function; out of range does nothing.
    pub fn set_upvalue_of(&mut self, f: Gc<Function>, i: usize, v: Value) {
        if i >= f.upvalue_count() {
            return;
        }
        if let Some(upvalue) = f.lua_upvalue(i) {
            self.make_mutable(upvalue);
            let _barrier = self.heap.write(upvalue);
            // SAFETY: `v` points to the live stack slot or to the upvalue itself, and the barrier has run.
            unsafe { *upvalue.v.get() = v };
        } else {
            let _barrier = self.heap.write(f);
            // SAFETY: a native function has `upvalue_count` values behind it, and the barrier has run.
            unsafe { *f.native_upvalue_ptr(i) = v };
        }
    }

    /// What tells upvalues apart: the address of the shared variable, or of the native function's slot.
    pub fn upvalue_identity(&self, f: Gc<Function>, i: usize) -> u64 {
        match f.lua_upvalue(i) {
            Some(upvalue) => upvalue.as_ptr().addr() as u64,
            None => f.native_upvalue_ptr(i).addr() as u64,
        }
    }

    /// Makes upvalue `i` of `to` the same variable as upvalue `j` of `from`. Both are Lua functions that have them.
    pub fn join_upvalues(&mut self, to: Gc<Function>, i: usize, from: Gc<Function>, j: usize) {
        if let (Some(_), Some(upvalue)) = (to.lua_upvalue(i), from.lua_upvalue(j)) {
            // `to` may assign what the functions that shared it so far don't, and what was `to`'s variable may be a constant of traces.
            self.make_mutable(upvalue);
            self.forget_traces();
            let _barrier = self.heap.write(to);
            // SAFETY: `to` has upvalue `i`, and the barrier has run.
            unsafe { *to.lua_upvalue_ptr(i) = upvalue };
        }
    }

    /// A light userdata of any 64 bits. There may be 256 different values of the upper 24 bits in a state.
    pub fn light_userdata(&mut self, bits: u64) -> Result<Value, Raised> {
        let upper = (bits >> LIGHT_LOW_BITS) as u32;
        let known = self.light_segments[..self.light_segment_count]
            .iter()
            .position(|s| *s == upper);
        let segment = match known {
            Some(segment) => segment,
            None if self.light_segment_count < LIGHT_SEGMENTS => {
                self.light_segments[self.light_segment_count] = upper;
                self.light_segment_count += 1;
                self.light_segment_count - 1
            }
            None => return Err(self.error(format_args!("too many different light userdata"))),
        };
        Ok(Value::light(
            (segment as u64) << LIGHT_LOW_BITS | (bits & ((1 << LIGHT_LOW_BITS) - 1)),
        ))
    }

    /// The 64 bits of a light userdata.
    pub fn light_userdata_bits(&self, v: Value) -> Option<u64> {
        let payload = v.as_light()?;
        let upper = *self
            .light_segments
            .get((payload >> LIGHT_LOW_BITS) as usize)?;
        Some(u64::from(upper) << LIGHT_LOW_BITS | (payload & ((1 << LIGHT_LOW_BITS) - 1)))
    }
}
