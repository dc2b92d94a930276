//! `pcall` and `xpcall`: the frames that they push. Errors leave the trace and find the frames as the interpreter makes them.

use perilune_ir::snap::SnapKind;
use perilune_ir::types::IrRef;

use super::at::At;
use super::dispatch::Then;
use super::meta::link_bits;
use super::slots::MAX_SLOTS;
use super::{Record, Recorder};
use crate::jit::trace::TraceAbort;
use crate::value::{Function, Gc};
use crate::vm::frame::{self, CONT_SLOTS, Cont, FRAME_SLOTS, Link};

/// LuaJIT's numbers of the two functions.
const PCALL: u8 = 20;
const XPCALL: u8 = 21;

impl Recorder {
    /// Records a protected call of a Lua function, whose own frame begins behind slot `a`; nothing if it is no such call.
    pub(super) fn call_protected(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Option<Then>> {
        // How many arguments are its own, and how many slots it keeps.
        let (cont, own, kept) = match f.library_number() {
            PCALL => (Cont::Pcall, 1, 1),
            XPCALL => (Cont::Xpcall, 2, nargs),
            _ => return Ok(None),
        };
        let first = a + FRAME_SLOTS;
        if nargs < own || (cont == Cont::Xpcall && !at.slot(first + 1).is_function()) {
            return Ok(None);
        }
        let callee = at.slot(first).as_function().filter(|f| f.is_lua());
        let Some(callee) = callee else {
            return Ok(None);
        };
        let distance = kept + CONT_SLOTS;
        if self.base + first + distance + nargs >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let mut args = [IrRef::NIL; MAX_SLOTS];
        for (i, arg) in args.iter_mut().enumerate().take(nargs) {
            *arg = self.get(at, first + i)?;
        }
        let native = self.specialise(at, r, f)?;
        let function = self.specialise(at, args[0], callee)?;
        args[0] = function;

        self.set_top(a);
        self.set(a, native)?;
        let link = self.kword(link_bits(Link::lua(at.next())))?;
        self.set_as(a + 1, link, SnapKind::Frame)?;
        self.push_frame(first, kept)?;
        for (i, arg) in args.iter().enumerate().take(kept) {
            self.set(i, *arg)?;
        }
        let words = [
            (4, cont as u64),
            (3, 0),
            (1, link_bits(Link::delta(frame::CONT, distance))),
        ];
        for (below, bits) in words {
            let word = self.kword(bits)?;
            self.set_as(distance - below, word, SnapKind::Frame)?;
        }
        self.set(distance - 2, function)?;
        for (i, arg) in args.iter().enumerate().take(nargs).skip(own) {
            self.set(distance + i - own, *arg)?;
        }
        self.push_frame(distance, nargs - own)?;
        self.passing = f.pc.get();
        self.pending_fuel += 1;
        self.go(callee.pc.get()).map(Some)
    }
}
