//! `pcall` and `xpcall`: the frames that they push. Errors leave the trace and find the frames as the interpreter makes them.

use perilune_ir::snap::SnapKind;
use perilune_ir::types::IrRef;

use super::at::At;
use super::builtins::{Call, Verdict};
use super::dispatch::Then;
use super::meta::link_bits;
use super::slots::MAX_SLOTS;
use super::{Record, Recorder};
use crate::bytecode::Ins;
use crate::jit::trace::TraceAbort;
use crate::value::{Function, Gc};
use crate::vm::frame::{self, CONT_SLOTS, Cont, FRAME_SLOTS, Link};

/// LuaJIT's numbers of the two functions.
const PCALL: u8 = 20;
const XPCALL: u8 = 21;

/// A protected call of a Lua function.
struct Protected {
    /// `pcall` or `xpcall`: its value, and its header.
    native: IrRef,
    header: *const Ins,
    cont: Cont,
    /// How many arguments are its own, and how many slots it keeps.
    own: usize,
    kept: usize,
    /// All arguments, the function that is called among them.
    args: [IrRef; MAX_SLOTS],
    nargs: usize,
    /// The code of that function.
    code: *const Ins,
}

impl Protected {
    /// How far the called function's frame lies above the protected call's.
    fn distance(&self) -> usize {
        self.kept + CONT_SLOTS
    }
}

impl Recorder {
    /// Records a protected call of a Lua function, whose own frame begins behind slot `a`; nothing if it is no such call.
    pub(super) fn call_protected(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Option<Then>> {
        let first = a + FRAME_SLOTS;
        let Some(call) = self.protected(at, first, (r, f), nargs)? else {
            return Ok(None);
        };
        self.set_top(a);
        self.set(a, call.native)?;
        let link = self.kword(link_bits(Link::lua(at.next())))?;
        self.set_as(a + 1, link, SnapKind::Frame)?;
        self.push_frame(first, call.kept)?;
        self.enter_protected(&call).map(Some)
    }

    /// Records `pcall` of a library function that the recorder knows: true and its results are in `results`. Where it would raise, the
    /// trace is left before the call. False if it is no such call.
    pub(super) fn call_protected_native(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<bool> {
        let first = a + FRAME_SLOTS;
        if f.library_number() != PCALL || nargs == 0 {
            return Ok(false);
        }
        let callee = at.slot(first).as_function().filter(|f| !f.is_lua());
        let Some(callee) = callee else {
            return Ok(false);
        };
        let native = self.specialise(at, r, f)?;
        self.set(a, native)?;
        let inner = self.get(at, first)?;
        let call = Call {
            function: callee,
            first: first + 1,
            nargs: nargs - 1,
        };
        if self.builtin(at, inner, &call)? == Verdict::Unknown {
            return Ok(false);
        }
        self.push_result(IrRef::TRUE)?;
        self.results.rotate_right(1);
        self.passing = f.pc.get();
        self.passing_then = callee.pc.get();
        self.pending_fuel += 2;
        Ok(true)
    }

    /// The same as a tail call: its frame takes the place of the running one.
    pub(super) fn tail_call_protected(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Option<Then>> {
        let is_vararg = at.link().kind() == frame::VARG;
        if is_vararg && self.here.frames.is_empty() {
            return Ok(None);
        }
        let Some(call) = self.protected(at, a + FRAME_SLOTS, (r, f), nargs)? else {
            return Ok(None);
        };
        if is_vararg {
            self.here.frames.pop();
            self.here.base -= at.link().slots();
        }
        self.set_below(FRAME_SLOTS, call.native, SnapKind::Value);
        self.set_top(call.kept);
        if let Some(frame) = self.here.frames.last_mut() {
            frame.header = core::ptr::null();
        }
        self.tail_calls += 1;
        self.enter_protected(&call).map(Some)
    }

    /// Looks whether it is a protected call of a Lua function, with arguments from slot `first` on, and guards that it is this one.
    fn protected(
        &mut self,
        at: &At<'_>,
        first: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Option<Protected>> {
        let (cont, own, kept) = match f.library_number() {
            PCALL => (Cont::Pcall, 1, 1),
            XPCALL => (Cont::Xpcall, 2, nargs),
            _ => return Ok(None),
        };
        if nargs < own || (cont == Cont::Xpcall && !at.slot(first + 1).is_function()) {
            return Ok(None);
        }
        let callee = at.slot(first).as_function().filter(|f| f.is_lua());
        let Some(callee) = callee else {
            return Ok(None);
        };
        if self.here.base + first + kept + CONT_SLOTS + nargs >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let mut args = [IrRef::NIL; MAX_SLOTS];
        for (i, arg) in args.iter_mut().enumerate().take(nargs) {
            *arg = self.get(at, first + i)?;
        }
        let native = self.specialise(at, r, f)?;
        args[0] = self.specialise(at, args[0], callee)?;
        Ok(Some(Protected {
            native,
            header: f.pc.get(),
            cont,
            own,
            kept,
            args,
            nargs,
            code: callee.pc.get(),
        }))
    }

    /// Enters the called function. The running frame is the protected call's own.
    fn enter_protected(&mut self, call: &Protected) -> Record<Then> {
        let distance = call.distance();
        for (i, arg) in call.args.iter().enumerate().take(call.kept) {
            self.set(i, *arg)?;
        }
        let words = [
            (4, call.cont as u64),
            (3, 0),
            (1, link_bits(Link::delta(frame::CONT, distance))),
        ];
        for (below, bits) in words {
            let word = self.kword(bits)?;
            self.set_as(distance - below, word, SnapKind::Frame)?;
        }
        self.set(distance - 2, call.args[0])?;
        let args = call.args.iter().take(call.nargs).skip(call.own);
        for (i, arg) in args.enumerate() {
            self.set(distance + i, *arg)?;
        }
        self.push_frame(distance, call.nargs - call.own)?;
        self.passing = call.header;
        self.pending_fuel += 1;
        self.go(call.code)
    }
}
