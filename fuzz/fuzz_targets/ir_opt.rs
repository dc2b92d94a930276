//! Traces out of the input's bytes: as recorded and as optimised they leave the machine alike, whichever guard fails.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_ir::model::{self, Model, Rng, random_trace};
use perilune_ir::opt::Options;

fuzz_target!(|data: &[u8]| {
    let [size, switches, rest @ ..] = data else {
        return;
    };
    let mut rng = Rng::from_bytes(rest);
    let mut model = Model::new(&mut rng);
    model.closures = true;
    model.rare = switches & 0x40 != 0;
    if switches & 0x80 != 0 {
        model.set_fuel(5);
    }
    let mut options = Options::ALL;
    // One optimisation left out, or none.
    if let Some(name) = Options::NAMES.get((switches & 0x0f) as usize) {
        options.set(name, false);
    }
    let size = 1 + usize::from(*size) % 24;
    let Ok(trace) = random_trace(&mut rng, &model, size) else {
        return;
    };
    if let Err(difference) = model::check(&trace, &model, options) {
        panic!("{difference}");
    }
});
