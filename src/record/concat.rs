//! Concatenation.

use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::slots::MAX_SLOTS;
use super::{Record, Recorder};
use crate::jit::helpers::PayKind;
use crate::jit::trace::TraceAbort;
use crate::number::{TextBuffer, to_text};

impl Recorder {
    /// CAT
    pub(super) fn concat(&mut self, at: &At<'_>) -> Record<Then> {
        let (first, last) = (at.ins.b(), at.ins.c());
        let mut length = 0;
        for i in first..=last {
            let r = self.get(at, i)?;
            if self.ty(r) != IrType::Str && !self.is_numeric(r) {
                return Err(TraceAbort::NyiMetamethod);
            }
            length += match at.slot(i).as_number() {
                Some(n) => to_text(n, &mut TextBuffer::default()).len(),
                None => at.slot(i).as_str().map_or(0, |s| s.len()),
            };
        }
        let mut parts = [IrRef::NIL; MAX_SLOTS];
        for (i, part) in (first..).zip(&mut parts[first..=last]) {
            *part = self.get(at, i)?;
        }
        let r = self.join(at, &parts[first..=last])?;
        let len = self.str_len(r)?;
        self.pay_for(PayKind::Text, len, length)?;
        self.shrink(first);
        self.result(at, r)
    }
}
