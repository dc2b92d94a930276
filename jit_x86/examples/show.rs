//! Prints the machine code of traces in text form: `cargo run -p perilune-jit-x86 --example show -- trace.ir…`. Objects' addresses in
//! them mean nothing; it is not executed.

#[path = "../tests/support/mod.rs"]
mod support;

use perilune_ir::ins::ObjId;
use perilune_ir::text::parse;
use perilune_jit_x86::code::Assembler;
use perilune_jit_x86::disassemble::{Show, disassemble};
use perilune_jit_x86::input::{Features, Head, Input, Policy};
use perilune_jit_x86::region::Region;
use perilune_jit_x86::runtime::Facts;

use support::{Pages, World};

struct NoFacts;
impl Facts for NoFacts {
    fn str_hash(&self, s: ObjId) -> u32 {
        s.0 as u32
    }
    fn frame_delta(&self, _: u64) -> Option<u16> {
        Some(3)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let trace = parse(&std::fs::read_to_string(&path)?)?;
        let layout = World::empty().layout(true);
        let mut region = Region::try_new(Pages::default(), 1 << 18)?;
        let mut asm = Assembler::try_new(&mut region, &layout)?;
        let mut input = Input {
            trace: &trace,
            number: 1,
            head: Head::Root,
            top_slot: 20,
            resume: &[],
            link: None,
            layout: &layout,
            facts: &NoFacts,
            features: Features::detect(),
            policy: Policy::Best,
            fuse: true,
            fail_guard: None,
            note_homes: false,
        };
        // Whatever it links to is the region's beginning here.
        let nowhere = parse(".... SNAP pc=0 [ ]\n")?;
        input.trace = &nowhere;
        let entry = asm.assemble(&mut region, &input)?.entry();
        input.trace = &trace;
        input.link = Some(entry);
        let code = asm.assemble(&mut region, &input)?;
        let mut text = String::new();
        disassemble(&mut text, &region, &code, &layout, Show::Code)?;
        println!("{text}");
    }
    Ok(())
}
