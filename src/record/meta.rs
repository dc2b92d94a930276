//! Metamethods: their lookup, and calls of them in continuation frames.

use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::snap::SnapKind;
use perilune_ir::types::{IrRef, IrType};

use super::arith::Traced;
use super::at::At;
use super::dispatch::Then;
use super::{Record, Recorder};
use crate::jit::trace::TraceAbort;
use crate::value::{Gc, Table};
use crate::vm::frame::{self, CONT_SLOTS, Cont, Link};
use crate::vm::meta::Event;

impl Recorder {
    /// Guards that a table has no metatable.
    pub(super) fn guard_no_metatable(&mut self, tab: IrRef) -> Record<()> {
        let (mt, null) = (self.field(tab, Field::TabMeta)?, self.knull()?);
        self.b.ins(IrOp::Eq, IrType::Tab, mt, null)?;
        Ok(())
    }

    /// The metatable of a value, with the guards that make it the one it is now, as far as it matters.
    pub(super) fn metatable(
        &mut self,
        at: &At<'_>,
        (r, v): Traced,
    ) -> Record<Option<(IrRef, Gc<Table>)>> {
        let field = match self.ty(r) {
            IrType::Tab => Field::TabMeta,
            IrType::Udata => Field::UdataMeta,
            // Metatables of other types are exchanged by `debug.setmetatable` only, which flushes all traces.
            _ => {
                return match at.vm.metatable_of(v) {
                    Some(mt) => Ok(Some((self.ktab(mt)?, mt))),
                    None => Ok(None),
                };
            }
        };
        let mt = at.vm.metatable_of(v);
        let (r, null) = (self.field(r, field)?, self.knull()?);
        let op = if mt.is_some() { IrOp::Ne } else { IrOp::Eq };
        self.b.ins(op, IrType::Tab, r, null)?;
        Ok(mt.map(|mt| (r, mt)))
    }

    /// The metamethod of a value for an event, or the guards that there is none.
    pub(super) fn metamethod(
        &mut self,
        at: &At<'_>,
        object: Traced,
        event: Event,
    ) -> Record<Option<Traced>> {
        let Some((r, mt)) = self.metatable(at, object)? else {
            return Ok(None);
        };
        let name = at.vm.event_names[event as usize];
        let key = self.kstr(name)?;
        let (handler, v) = self.raw_get(mt, r, (key, name.into()))?;
        Ok((!v.is_nil()).then_some((handler, v)))
    }

    /// An arithmetic operation whose operands aren't both numbers.
    pub(super) fn arith_metamethod(
        &mut self,
        at: &At<'_>,
        event: Event,
        left: Traced,
        right: Traced,
    ) -> Record<Then> {
        if self.ty(left.0) == IrType::Cdata || self.ty(right.0) == IrType::Cdata {
            return Err(self.nyi(at));
        }
        let mut handler = self.metamethod(at, left, event)?;
        if handler.is_none() {
            handler = self.metamethod(at, right, event)?;
        }
        let handler = handler.ok_or(TraceAbort::NyiMetamethod)?;
        self.call_metamethod(at, Cont::Store, handler, &[left.0, right.0])
    }

    /// Calls a metamethod on behalf of the running instruction.
    pub(super) fn call_metamethod(
        &mut self,
        at: &At<'_>,
        cont: Cont,
        handler: Traced,
        args: &[IrRef],
    ) -> Record<Then> {
        let top = self.here.proto.frame_size();
        self.call_metamethod_at(at, top, cont, handler, args)
    }

    /// The same with the continuation frame at slot `top`.
    pub(super) fn call_metamethod_at(
        &mut self,
        at: &At<'_>,
        top: usize,
        cont: Cont,
        (handler, v): Traced,
        args: &[IrRef],
    ) -> Record<Then> {
        let f = v.as_function().filter(|f| f.is_lua());
        let f = f.ok_or(TraceAbort::NyiMetamethod)?;
        let callee = top + CONT_SLOTS;
        if self.here.base + callee + args.len() >= super::slots::MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let handler = self.specialise(at, handler, f)?;
        let words = [
            (4, cont as u64),
            (3, at.next() as u64),
            (1, link_bits(Link::delta(frame::CONT, callee))),
        ];
        for (below, bits) in words {
            let word = self.kword(bits)?;
            self.set_as(callee - below, word, SnapKind::Frame)?;
        }
        self.set(callee - 2, handler)?;
        for (i, r) in args.iter().enumerate() {
            self.set(callee + i, *r)?;
        }
        self.push_frame(callee, args.len())?;
        self.go(f.pc.get())
    }
}

/// A link as the word in the frame.
pub(super) fn link_bits(link: Link) -> u64 {
    link.to_bits()
}
