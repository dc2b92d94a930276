//! Dumps of machine code.

use core::fmt::{self, Write};

use iced_x86::{
    Decoder, DecoderOptions, Formatter as _, FormatterOutput, FormatterTextKind, Instruction,
    IntelFormatter, SymbolResolver, SymbolResult,
};

use crate::code::Code;
use crate::emit::{ASIDE, Shared};
use crate::region::{ExecutableMemory, Region};
use crate::runtime::{Layout, OpHelper};
use perilune_ir::literal::Helper;

/// Names of places in the code.
struct Names {
    layout: Layout,
    shared: Shared,
    /// Addresses of exits' stubs.
    stubs: alloc::vec::Vec<(u64, u16)>,
    loop_start: Option<u64>,
    /// Targets of jumps within the code.
    labels: alloc::vec::Vec<u64>,
    code: core::ops::Range<u64>,
    /// Constants in memory, by address.
    pool: alloc::vec::Vec<(u64, u64)>,
}

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        _: &Instruction,
        _: u32,
        _: Option<u32>,
        address: u64,
        _: u32,
    ) -> Option<SymbolResult<'_>> {
        let name = |text| Some(SymbolResult::with_string(address, text));
        if let Some(&(_, snap)) = self.stubs.iter().find(|s| s.0 == address) {
            return name(exit_name(snap));
        }
        if self.loop_start == Some(address) {
            return name("->LOOP".into());
        }
        if let Some(n) = self.labels.iter().position(|&l| l == address) {
            return name(alloc::format!("->L{}", n + 1));
        }
        if self.shared.barrier as u64 == address {
            return name("barrier".into());
        }
        if self.shared.look_up as u64 == address {
            return name("look_up".into());
        }
        if self.shared.exit as u64 == address {
            return name("exit".into());
        }
        if self.layout.nil_slot as u64 == address {
            return name("nilslot".into());
        }
        if let Some(&(_, bits)) = self.pool.iter().find(|p| p.0 == address) {
            if let Some(n) = self.helper(bits) {
                return name(n.into());
            }
            return name(alloc::format!("{:?}", f64::from_bits(bits)));
        }
        self.helper(address).and_then(|n| name(n.into()))
    }
}

impl Names {
    fn helper(&self, address: u64) -> Option<&'static str> {
        if address == 0 {
            return None;
        }
        let op = OpHelper::ALL.iter().zip(self.layout.ops);
        if let Some((h, _)) = op.into_iter().find(|o| o.1 as u64 == address) {
            return Some(h.name());
        }
        let mut helpers = Helper::ALL.iter().zip(self.layout.helpers);
        let found = helpers.find(|h| h.1.is_some_and(|h| h.address as u64 == address));
        found.map(|h| h.0.name())
    }
}

struct Output<'o, 'w>(
    &'o mut dyn Write,
    fmt::Result,
    core::marker::PhantomData<&'w ()>,
);
impl FormatterOutput for Output<'_, '_> {
    fn write(&mut self, text: &str, _: FormatterTextKind) {
        if self.1.is_ok() {
            self.1 = self.0.write_str(text);
        }
    }
}

/// What a dump shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    /// The code.
    Code,
    /// The code with its addresses and the stubs of exits.
    All,
}

/// Prints a trace's machine code: Intel's syntax, `->3` for the stub of exit 3, `->LOOP` for the loop.
pub fn disassemble<M: ExecutableMemory>(
    f: &mut dyn Write,
    region: &Region<M>,
    code: &Code,
    layout: &Layout,
    show: Show,
) -> fmt::Result {
    let block = code.block();
    let bytes = region.bytes(block);
    let start = (region.start() + block.offset) as u64;
    let (code_at, loop_start, stubs_at) = code.layout();
    let (code_at, stubs_at) = (code_at as usize, stubs_at as usize);
    let stubs = code.stubs().map(|(at, snap)| (start + u64::from(at), snap));
    let pool = bytes.get(..code_at).unwrap_or(&[]).chunks_exact(8);
    let mut labels = alloc::vec::Vec::new();
    let body = bytes.get(code_at..stubs_at).unwrap_or(&[]);
    let body = Decoder::with_ip(64, body, start + code_at as u64, DecoderOptions::NONE);
    for i in body {
        let target = i.near_branch_target();
        let inside = (start + code_at as u64..start + stubs_at as u64).contains(&target);
        if inside && loop_start.is_none_or(|l| start + u64::from(l) != target) {
            labels.push(target);
        }
    }
    labels.sort_unstable();
    labels.dedup();
    let names = Names {
        labels,
        layout: layout.clone(),
        shared: region.shared,
        stubs: stubs.collect(),
        loop_start: loop_start.map(|l| start + u64::from(l)),
        code: start..start + stubs_at as u64,
        pool: pool
            .enumerate()
            .map(|(i, w)| {
                let word = w.try_into().map_or(0, u64::from_le_bytes);
                (start + i as u64 * 8, word)
            })
            .collect(),
    };
    let range = names.code.clone();
    let labels = names.labels.clone();
    let mut formatter = IntelFormatter::with_options(Some(alloc::boxed::Box::new(names)), None);
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_small_hex_numbers_in_decimal(true);
    options.set_space_after_operand_separator(true);
    options.set_rip_relative_addresses(false);
    options.set_show_branch_size(false);
    options.set_memory_size_options(iced_x86::MemorySizeOptions::Default);
    let end = match show {
        Show::Code => stubs_at,
        Show::All => code.end() as usize,
    };
    let text = bytes.get(code_at..end).unwrap_or(&[]);
    let decoder = Decoder::with_ip(64, text, start + code_at as u64, DecoderOptions::NONE);
    for i in decoder {
        if loop_start.is_some_and(|l| start + u64::from(l) == i.ip()) {
            f.write_str("->LOOP:\n")?;
        }
        if let Some(n) = labels.iter().position(|&l| l == i.ip()) {
            writeln!(f, "->L{}:", n + 1)?;
        }
        if i.ip() >= range.end
            && let Some((_, snap)) = code.stubs().find(|s| start + u64::from(s.0) == i.ip())
        {
            writeln!(f, "{}:", exit_name(snap))?;
        }
        if i.is_invalid() {
            break;
        }
        if show == Show::All {
            write!(f, "{:x}  ", i.ip())?;
        }
        let mut out = Output(f, Ok(()), core::marker::PhantomData);
        formatter.format(&i, &mut out);
        out.1?;
        f.write_char('\n')?;
    }
    Ok(())
}

/// `->3`, or `->3!` for fuel and the like.
fn exit_name(snap: u16) -> alloc::string::String {
    let mark = if snap & ASIDE != 0 { "!" } else { "" };
    alloc::format!("->{}{mark}", snap & !ASIDE)
}
