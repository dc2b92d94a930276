//! What assembling costs: microseconds per trace and per 100 IR instructions, compiling and encoding apart from changing protections.
//!
//! `cargo run --release -p perilune-jit-x86 --example cost -- trace.ir…`; without arguments, for the golden tests' loops and random traces.

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use perilune_ir::build::NoObjects;
use perilune_ir::model::{Model, Rng, random_trace};
use perilune_ir::opt::{Options, optimise};
use perilune_ir::text::parse;
use perilune_ir::trace::Trace;
use perilune_jit_x86::code::Assembler;
use perilune_jit_x86::input::{Features, Head, Input, Policy};
use perilune_jit_x86::region::Region;

use support::{Pages, World};

fn measure(name: &str, world: World, traces: &[Trace]) {
    measure_in(Pages::default(), name, world, traces);
    measure_in(
        Pages { open: true },
        &format!("{name}, protection left alone"),
        world,
        traces,
    );
}

fn measure_in(pages: Pages, name: &str, world: World, traces: &[Trace]) {
    let layout = world.layout(true);
    let mut region = Region::try_new(pages, 1 << 20).expect("a region");
    let mut asm = Assembler::try_new(&mut region, &layout).expect("an assembler");
    let features = Features::detect();
    let (mut ins, mut bytes, mut count) = (0, 0, 0);
    let mut best = f64::INFINITY;
    for round in 0..400 {
        let begin = Instant::now();
        for trace in traces {
            let input = Input {
                trace,
                number: 1,
                head: Head::Root,
                top_slot: 20,
                resume: &[],
                link: None,
                layout: &layout,
                facts: &world,
                features,
                policy: Policy::Best,
                fuse: true,
                fail_guard: None,
                note_homes: false,
            };
            let code = asm.assemble(&mut region, &input).expect("code");
            if round == 0 {
                ins += trace.len();
                bytes += code.block().len;
                count += 1;
            }
            region.modify(|w| code.free(w)).expect("freed");
        }
        best = best.min(begin.elapsed().as_secs_f64());
    }
    let micros = best * 1e6;
    println!(
        "{name}: {count} traces, {ins} instructions, {bytes} bytes; {:.1} us a trace, {:.1} us per 100 instructions",
        micros / f64::from(count),
        micros * 100.0 / ins as f64
    );
}

fn main() {
    let text = include_str!("../tests/filetests/loops.txt");
    let loops: Vec<Trace> = text
        .split(";; ")
        .skip(1)
        .filter_map(|part| part.split_once('\n')?.1.split_once("==>"))
        .map(|(ir, _)| parse(ir).expect("a trace"))
        .collect();
    measure("loops", World::empty(), &loops);
    for size in [10, 40, 100] {
        let mut rng = Rng::new(1);
        let model = Model::new(&mut rng);
        let (world, names) = World::of_model(&model);
        let mut traces = Vec::new();
        while traces.len() < 20 {
            let Ok(plain) = random_trace(&mut rng, &model, size) else {
                continue;
            };
            let plain = parse(&names.resolve(&plain.to_string())).expect("a trace");
            traces.extend(optimise(&plain, Options::ALL, &NoObjects));
        }
        measure(&format!("random, {size} steps"), world, &traces);
    }
}
