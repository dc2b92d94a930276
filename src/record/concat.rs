//! Concatenation.

use perilune_ir::ins::Const;
use perilune_ir::literal::{BufMode, StrMode};
use perilune_ir::op::IrOp;
use perilune_ir::types::IrType;

use super::at::At;
use super::dispatch::Then;
use super::{Record, Recorder};
use crate::jit::trace::TraceAbort;

impl Recorder {
    /// CAT
    pub(super) fn concat(&mut self, at: &At<'_>) -> Record<Then> {
        let (first, last) = (at.ins.b(), at.ins.c());
        for i in first..=last {
            let r = self.get(at, i)?;
            if self.ty(r) != IrType::Str && !self.is_numeric(r) {
                return Err(TraceAbort::NyiMetamethod);
            }
        }
        for i in first..=last {
            let r = self.get(at, i)?;
            let mode = match self.ty(r) {
                IrType::Int => StrMode::Int,
                IrType::Num => StrMode::Num,
                _ => continue,
            };
            let s = self.b.ins(IrOp::ToStr, IrType::Str, r, mode)?;
            self.set(i, s)?;
        }
        let scratch = at.vm.scratch.as_ptr() as u64;
        let buffer = self.b.konst(Const::KPtr(scratch))?;
        let header = self
            .b
            .ins(IrOp::BufHdr, IrType::Ptr, buffer, BufMode::Reset)?;
        let mut put = header;
        for i in first..=last {
            let s = self.get(at, i)?;
            put = self.b.ins(IrOp::BufPut, IrType::Ptr, put, s)?;
        }
        let r = self.b.ins(IrOp::BufStr, IrType::Str, put, header)?;
        self.shrink(first);
        self.result(at, r)
    }
}
