//! Requests, right and wrong. Their layout is that of `kernel/perilune.h`.

use crate::System;
use crate::choices::Choices;
use crate::text;

/// Bytes of a request to load.
pub const LOAD_SIZE: usize = 80;
/// Bytes of a request to run.
pub const RUN_SIZE: usize = 88;
/// Bytes of a value.
const VALUE_SIZE: usize = 16;
/// Where the outcome is in a request to run.
const OUTCOME: u64 = 64;

/// Where in the arena what is put: requests, values, texts, and what kernels write to.
const REQUEST: u64 = 0x1000;
const VALUES: u64 = 0x2000;
const STRINGS: u64 = 0x3000;
const SOURCE: u64 = 0x1_0000;
const OUTPUT: u64 = 0x4_0000;

/// An address: in the arena, at or beyond its ends, or of the kernel.
pub(crate) fn pointer(system: &dyn System, choices: &mut Choices) -> u64 {
    let (start, len) = system.arena();
    match choices.below(8) {
        0 => choices.number(),
        1 => start
            .wrapping_add(len as u64)
            .wrapping_sub(choices.below(100) as u64),
        2 => start.wrapping_sub(choices.below(100) as u64),
        _ => start + OUTPUT + choices.below(0x1_0000) as u64,
    }
}

/// The right one, mostly.
fn mostly<T>(choices: &mut Choices, right: T, wrong: impl FnOnce(&mut Choices) -> T) -> T {
    if choices.one_in(12) {
        wrong(choices)
    } else {
        right
    }
}

struct Fields(Vec<u8>);

impl Fields {
    fn u64(&mut self, x: u64) -> &mut Fields {
        self.0.extend_from_slice(&x.to_ne_bytes());
        self
    }
    fn u32(&mut self, x: u32) -> &mut Fields {
        self.0.extend_from_slice(&x.to_ne_bytes());
        self
    }
}

/// Puts a request somewhere, and says where, or says another place.
fn place(system: &mut dyn System, choices: &mut Choices, request: &[u8]) -> u64 {
    let address = system.arena().0 + REQUEST + choices.below(64) as u64;
    system.write(address, request);
    if choices.one_in(30) {
        pointer(system, choices)
    } else {
        address
    }
}

/// A request to load: where it lies.
pub(crate) fn load(system: &mut dyn System, choices: &mut Choices) -> u64 {
    let start = system.arena().0;
    let source = text::script(choices);
    system.write(start + SOURCE, &source);
    system.write(start + STRINGS, b"=hostile");
    let mut fields = Fields(Vec::new());
    let address = mostly(choices, start + SOURCE, |c| pointer(system, c));
    let len = mostly(choices, source.len() as u64, |c| c.number());
    fields.u64(address).u64(len);
    let name = mostly(choices, start + STRINGS, |c| pointer(system, c));
    let name_len = mostly(choices, 8, |c| c.number() as u32);
    fields.u64(name).u32(name_len);
    fields.u32(mostly(choices, 0, |c| c.number() as u32));
    // Memory, fuel, stack, code, region.
    fields.u64(mostly(choices, 4 << 20, |c| c.number()));
    fields.u64(1 + choices.below(200_000) as u64);
    fields.u32(mostly(choices, 0, |c| c.number() as u32));
    fields.u32(mostly(choices, 0, |c| c.number() as u32));
    let region = choices.of(&[0, 1, 4096, 65536]);
    fields.u64(mostly(choices, region, |c| c.number().min(1 << 40)));
    let message = mostly(choices, start + OUTPUT, |c| pointer(system, c));
    let message_len = mostly(choices, 200, |c| c.number() as u32);
    fields.u64(message).u32(message_len).u32(0);
    debug_assert_eq!(fields.0.len(), LOAD_SIZE);
    place(system, choices, &fields.0)
}

/// Values for arguments, most of them sound.
fn values(system: &dyn System, choices: &mut Choices, count: usize) -> Vec<u8> {
    let mut fields = Fields(Vec::new());
    for _ in 0..count {
        let kind = mostly(choices, 1, |c| c.number() as u32);
        let kind = if kind == 1 {
            choices.below(5) as u32
        } else {
            kind
        };
        let payload = match kind {
            2 => f64::to_bits(choices.below(4096) as f64),
            3 => mostly(choices, system.arena().0 + STRINGS, |c| pointer(system, c)),
            _ => choices.number(),
        };
        let length = mostly(choices, 8, |c| c.number() as u32);
        fields.u32(kind).u32(length).u64(payload);
    }
    debug_assert_eq!(fields.0.len(), count * VALUE_SIZE);
    fields.0
}

/// A request to run: where it lies.
pub(crate) fn run(system: &mut dyn System, choices: &mut Choices) -> u64 {
    let start = system.arena().0;
    let count = choices.below(17);
    let arguments = values(system, choices, count);
    system.write(start + VALUES, &arguments);
    let mut fields = Fields(Vec::new());
    let address = mostly(choices, start + VALUES, |c| pointer(system, c));
    let count = mostly(choices, count as u32, |c| c.number() as u32);
    fields.u64(address).u32(count);
    // Resume, any signal.
    let flags = choices.of(&[0, 0, 0, 1, 1, 2, 3]);
    fields.u32(mostly(choices, flags, |c| c.number() as u32));
    let results = mostly(choices, start + OUTPUT, |c| pointer(system, c));
    let capacity = mostly(choices, 16, |c| c.number() as u32);
    fields.u64(results).u32(capacity).u32(0);
    let bytes = mostly(choices, start + OUTPUT + 0x1000, |c| pointer(system, c));
    let size = mostly(choices, 0x8000, |c| c.number());
    fields.u64(bytes).u64(size).u64(choices.number());
    fields.u64(1 + choices.below(100_000) as u64);
    fields.u32(u32::MAX);
    fields.u32(mostly(choices, 0, |c| c.number() as u32));
    fields.u64(0).u64(0);
    debug_assert_eq!(fields.0.len(), RUN_SIZE);
    place(system, choices, &fields.0)
}

/// How the run at a request ended, if the request lies where requests do.
pub(crate) fn outcome(system: &dyn System, request: u64) -> Option<usize> {
    let start = system.arena().0;
    if !(start + REQUEST..start + VALUES).contains(&request) {
        return None;
    }
    let mut bytes = [0; 4];
    system.read(request + OUTCOME, &mut bytes);
    let outcome = u32::from_ne_bytes(bytes);
    // Results, and what the script wrote to the process's memory, may lie over the request.
    (outcome < 4).then_some(outcome as usize)
}
