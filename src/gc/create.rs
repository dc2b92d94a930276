//! The makers of every kind of object but strings (see `intern`) and tables (see `value::table`).

use core::any::Any;
use core::cell::{Cell, RefCell};
use core::ptr::{self, NonNull};

extern crate alloc;
use alloc::boxed::Box;

use super::header::{Header, Kind, Object};
use super::heap::{Heap, OutOfMemory};
use crate::bytecode::{CaptureInfo, Ins, LocalVar, Proto, ProtoParts};
use crate::value::cdata::CType;
use crate::value::thread::Status;
use crate::value::{Buffer, Cdata, Function, Gc, Str, Table, Thread, Upvalue, Userdata, Value};
use crate::vm::native::NativeFn;

/// Cuts the parts of an object out of one allocation, in order of falling alignment.
struct Cutter(NonNull<u8>);

impl Cutter {
    /// Copies a slice to the next place and gives its address there, null for an empty slice.
    ///
    /// # Safety
    /// The allocation has room for it, and the place is aligned for `T`.
    unsafe fn put<T: Copy>(&mut self, items: &[T]) -> *const T {
        if items.is_empty() {
            return ptr::null();
        }
        // SAFETY: the caller's promise.
        unsafe {
            let place = self.0.cast::<T>();
            ptr::copy_nonoverlapping(items.as_ptr(), place.as_ptr(), items.len());
            self.0 = place.add(items.len()).cast();
            place.as_ptr()
        }
    }
}

impl Heap {
    /// Allocates and writes an object without trailing parts.
    #[inline(always)]
    pub(crate) fn create<T: Object>(&mut self, object: T) -> Result<Gc<T>, OutOfMemory> {
        let cell = self.allocate(size_of::<T>())?.cast::<T>();
        // SAFETY: the cell is fresh and of this size, and `T` is an object.
        unsafe {
            cell.write(object);
            Ok(Gc::from_non_null(cell))
        }
    }

    /// A Lua closure with room for `upvalue_count` upvalues. The caller fills them all, through
    /// `Function::lua_upvalue_ptr`, before anything else happens.
    #[inline]
    pub(crate) fn new_lua_function(
        &mut self,
        proto: Gc<Proto>,
        env: Gc<Table>,
        upvalue_count: u8,
    ) -> Result<Gc<Function>, OutOfMemory> {
        let pc = proto.code_ptr();
        #[cfg(feature = "jit")]
        proto.count_closure();
        self.new_function(pc, env, None, 0, upvalue_count)
    }

    /// A native function. `builtin` is its number in `function: builtin#n`, or 0. Its `pc` is `Heap::native_code`.
    pub(crate) fn new_native(
        &mut self,
        f: NativeFn,
        builtin: u8,
        env: Gc<Table>,
        upvalues: &[Value],
    ) -> Result<Gc<Function>, OutOfMemory> {
        let count = u8::try_from(upvalues.len()).map_err(|_| OutOfMemory)?;
        let function = self.new_function(self.native_code, env, Some(f), builtin, count)?;
        for (i, &value) in upvalues.iter().enumerate() {
            // SAFETY: the function has room for `count` values.
            unsafe { *function.native_upvalue_ptr(i) = value }
        }
        Ok(function)
    }

    #[inline(always)]
    fn new_function(
        &mut self,
        pc: *const Ins,
        env: Gc<Table>,
        native: Option<NativeFn>,
        builtin: u8,
        upvalue_count: u8,
    ) -> Result<Gc<Function>, OutOfMemory> {
        let size = size_of::<Function>() + upvalue_count as usize * size_of::<Value>();
        let cell = self.allocate(size)?.cast::<Function>();
        // SAFETY: the cell is fresh and has room for the struct and the upvalues.
        unsafe {
            cell.write(Function {
                header: Header::new(Kind::Function, upvalue_count, builtin),
                pc: Cell::new(pc),
                env: Cell::new(env),
                grey_next: Cell::new(ptr::null_mut()),
                native,
            });
            Ok(Gc::from_non_null(cell))
        }
    }

    /// An upvalue that owns its value.
    pub(crate) fn new_upvalue_closed(
        &mut self,
        value: Value,
        immutable: bool,
    ) -> Result<Gc<Upvalue>, OutOfMemory> {
        let upvalue = self.create(Upvalue {
            header: Header::new(Kind::Upvalue, 1, immutable as u8),
            v: Cell::new(ptr::null_mut()),
            closed: Cell::new(value),
            next_open: Cell::new(ptr::null_mut()),
        })?;
        upvalue.v.set(upvalue.closed.as_ptr());
        Ok(upvalue)
    }

    /// An upvalue of a stack slot. The caller links it into the thread's chain.
    pub(crate) fn new_upvalue_open(
        &mut self,
        slot: *mut Value,
        immutable: bool,
    ) -> Result<Gc<Upvalue>, OutOfMemory> {
        self.create(Upvalue {
            header: Header::new(Kind::Upvalue, 0, immutable as u8),
            v: Cell::new(slot),
            closed: Cell::new(Value::NIL),
            next_open: Cell::new(ptr::null_mut()),
        })
    }

    /// The open upvalue of a slot of `thread`'s stack, made if there is none yet.
    pub(crate) fn find_upvalue(
        &mut self,
        thread: Gc<Thread>,
        slot: *mut Value,
        immutable: bool,
    ) -> Result<Gc<Upvalue>, OutOfMemory> {
        let mut link: *const Cell<*mut Upvalue> = &thread.open_upvalues;
        // SAFETY: the chain links live open upvalues of this thread, highest slot first; see `gc` for who unlinks them.
        unsafe {
            while let Some(upvalue) = (*link).get().as_ref() {
                if upvalue.v.get() <= slot {
                    if upvalue.v.get() == slot {
                        return Ok(Gc::from_ptr((*link).get()));
                    }
                    break;
                }
                link = &upvalue.next_open;
            }
            let upvalue = self.new_upvalue_open(slot, immutable)?;
            upvalue.next_open.set((*link).get());
            (*link).set(upvalue.as_ptr());
            self.note_open_thread(thread);
            Ok(upvalue)
        }
    }

    /// Makes a closed upvalue stand for a slot of `thread`'s stack that no upvalue stands for; the slot gets its value.
    ///
    /// # Safety
    /// The slot is live. The collector has not met the upvalue: nothing was collected since it was made.
    #[cfg(feature = "jit")]
    pub(crate) unsafe fn open_upvalue(
        &mut self,
        thread: Gc<Thread>,
        upvalue: Gc<Upvalue>,
        slot: *mut Value,
    ) {
        let mut link: *const Cell<*mut Upvalue> = &thread.open_upvalues;
        // SAFETY: as in `find_upvalue`; the link is free, since the upvalue is white and so in no list.
        unsafe {
            while let Some(above) = (*link).get().as_ref() {
                if above.v.get() <= slot {
                    break;
                }
                link = &above.next_open;
            }
            *slot = upvalue.get();
            upvalue.v.set(slot);
            upvalue.header.a.set(0);
            upvalue.next_open.set((*link).get());
            (*link).set(upvalue.as_ptr());
        }
        self.note_open_thread(thread);
    }

    /// Closes the open upvalues of `thread` at `level` and above: they get their own copies of the values.
    pub(crate) fn close_upvalues(&mut self, thread: Gc<Thread>, level: *mut Value) {
        // SAFETY: as in `find_upvalue`.
        unsafe {
            while let Some(upvalue) = thread.open_upvalues.get().as_ref() {
                if upvalue.v.get() < level {
                    break;
                }
                thread.open_upvalues.set(upvalue.next_open.get());
                self.close_upvalue(upvalue);
            }
        }
    }

    /// Turns an open upvalue, which is in no chain any more, into a closed one.
    ///
    /// # Safety
    /// Its slot is live.
    pub(super) unsafe fn close_upvalue(&mut self, upvalue: &Upvalue) {
        let value = upvalue.get();
        upvalue.closed.set(value);
        upvalue.v.set(upvalue.closed.as_ptr());
        upvalue.next_open.set(ptr::null_mut());
        upvalue.header.a.set(1);
        self.closed_upvalue(upvalue, value);
    }

    /// A coroutine with a stack of `slots` slots, all nil.
    pub(crate) fn new_thread(
        &mut self,
        env: Gc<Table>,
        slots: u32,
    ) -> Result<Gc<Thread>, OutOfMemory> {
        let size = slots as usize * size_of::<Value>();
        let stack = self.alloc_block(size)?;
        let first = stack.as_ptr().cast::<Value>();
        for i in 0..slots as usize {
            // SAFETY: the block has room for `slots` values.
            unsafe { first.add(i).write(Value::NIL) }
        }
        let thread = self.create(Thread {
            header: Header::new(Kind::Thread, Status::Fresh as u8, 0),
            stack_size: Cell::new(slots),
            stack: Cell::new(first),
            limit: Cell::new(first.wrapping_add(slots as usize)),
            base: Cell::new(first),
            top: Cell::new(first),
            pc: Cell::new(ptr::null()),
            hook_pc: Cell::new(ptr::null()),
            open_upvalues: Cell::new(ptr::null_mut()),
            env: Cell::new(env),
            resumer: Cell::new(None),
            grey_next: Cell::new(ptr::null_mut()),
            next_open_thread: Cell::new(ptr::null_mut()),
            parked: Cell::new(None),
            is_open_thread: Cell::new(false),
        });
        match thread {
            Ok(_) => self.threads += 1,
            // SAFETY: nobody else knows the block.
            Err(_) => unsafe { self.free_block(stack, size) },
        }
        thread
    }

    /// Changes the size of a thread's stack. New slots are nil. Pointers into the stack move with it: `base`,
    /// `top`, `limit` (by the same distance from the end) and the open upvalues; the caller's own are its own business.
    pub(crate) fn resize_stack(
        &mut self,
        thread: Gc<Thread>,
        slots: u32,
    ) -> Result<(), OutOfMemory> {
        let old_slots = thread.stack_size.get();
        let old = thread.stack.get();
        let reserve =
            old.addr() + old_slots as usize * size_of::<Value>() - thread.limit.get().addr();
        // SAFETY: the stack is a block of the heap of `stack_size` slots, owned by the thread.
        unsafe {
            let block = self.realloc_block(
                NonNull::new_unchecked(old).cast(),
                old_slots as usize * size_of::<Value>(),
                slots as usize * size_of::<Value>(),
            )?;
            let new = block.as_ptr().cast::<Value>();
            for i in old_slots..slots {
                new.add(i as usize).write(Value::NIL);
            }
            let moved = |p: *mut Value| new.wrapping_byte_add(p.addr().wrapping_sub(old.addr()));
            thread.stack.set(new);
            thread.stack_size.set(slots);
            thread.base.set(moved(thread.base.get()));
            thread.top.set(moved(thread.top.get()));
            thread
                .limit
                .set(new.wrapping_add(slots as usize).wrapping_byte_sub(reserve));
            let mut upvalue = thread.open_upvalues.get();
            while let Some(u) = upvalue.as_ref() {
                u.v.set(moved(u.v.get()));
                upvalue = u.next_open.get();
            }
        }
        Ok(())
    }

    /// A prototype. Code, constants and debug information are copied behind the struct, in one allocation.
    pub fn new_proto(&mut self, parts: &ProtoParts<'_>) -> Result<Gc<Proto>, OutOfMemory> {
        fn size_of_slice<T>(items: &[T]) -> Option<usize> {
            items.len().checked_mul(size_of::<T>())
        }
        let code_size = size_of_slice(parts.code).map(|n| n.next_multiple_of(align_of::<Value>()));
        let sizes = [
            code_size,
            size_of_slice(parts.objects),
            size_of_slice(parts.numbers),
            size_of_slice(parts.upvalue_names),
            size_of_slice(parts.locals),
            size_of_slice(parts.lines),
            size_of_slice(parts.captures),
        ];
        let size = sizes
            .into_iter()
            .try_fold(size_of::<Proto>(), |sum, n| sum.checked_add(n?))
            .filter(|&n| n <= u32::MAX as usize)
            .ok_or(OutOfMemory)?;
        let cell = self.allocate(size)?.cast::<Proto>();
        // SAFETY: the cell has room for the struct and all slices. Slices of 8-byte elements come first, then those of
        // 4 bytes, then those of 2; the code takes a multiple of 8 bytes.
        unsafe {
            let mut cutter = Cutter(cell.add(1).cast());
            cutter.put(parts.code);
            cutter.0 = cell.add(1).cast::<u8>().add(code_size.unwrap_or(0));
            let objects = cutter.0.cast::<Value>();
            let constants = objects.add(parts.objects.len());
            for (i, &object) in parts.objects.iter().enumerate() {
                constants.sub(1 + i).write(object);
            }
            cutter.0 = constants.cast();
            cutter.put(parts.numbers);
            let upvalue_names: *const Gc<Str> = cutter.put(parts.upvalue_names);
            let locals: *const LocalVar = cutter.put(parts.locals);
            let lines = cutter.put(parts.lines);
            let captures: *const CaptureInfo = cutter.put(parts.captures);
            cell.write(Proto {
                header: Header::new(Kind::Proto, parts.param_count, parts.frame_size),
                code_len: parts.code.len() as u32,
                constants: constants.as_ptr(),
                grey_next: Cell::new(ptr::null_mut()),
                number_count: parts.numbers.len() as u32,
                object_count: parts.objects.len() as u32,
                captures,
                capture_count: parts.captures.len() as u32,
                flags: Cell::new(parts.flags),
                chunk_name: parts.chunk_name,
                first_line: parts.first_line,
                line_count: parts.line_count,
                lines,
                upvalue_names,
                locals,
                local_count: parts.locals.len() as u32,
                plain_code: Cell::new(ptr::null_mut()),
                #[cfg(feature = "jit")]
                closures: Cell::new(0),
                #[cfg(feature = "jit")]
                sites: Cell::new(ptr::null_mut()),
                #[cfg(feature = "jit")]
                anchors: crate::jit::anchor::Anchors::new(),
            });
            Ok(Gc::from_non_null(cell))
        }
    }

    /// A full userdata, with neither metatable nor environment.
    pub fn new_userdata(
        &mut self,
        payload: Option<Box<dyn Any>>,
    ) -> Result<Gc<Userdata>, OutOfMemory> {
        let userdata = self.create(Userdata {
            header: Header::new(Kind::Userdata, 0, 0),
            metatable: Cell::new(None),
            env: Cell::new(None),
            grey_next: Cell::new(ptr::null_mut()),
            next: Cell::new(ptr::null_mut()),
            payload: RefCell::new(payload),
        })?;
        self.note_userdata(userdata);
        Ok(userdata)
    }

    /// A boxed number.
    pub fn new_cdata(
        &mut self,
        ctype: CType,
        bits: u64,
        imaginary: u64,
    ) -> Result<Gc<Cdata>, OutOfMemory> {
        self.create(Cdata {
            header: Header::new(Kind::Cdata, 0, 0),
            ctype,
            bits,
            imaginary,
        })
    }

    /// An empty buffer.
    pub fn new_buffer(&mut self) -> Result<Gc<Buffer>, OutOfMemory> {
        self.create(Buffer {
            header: Header::new(Kind::Buffer, 0, 0),
            len: Cell::new(0),
            bytes: Cell::new(ptr::null_mut()),
            capacity: Cell::new(0),
        })
    }
}
