//! `math.random`: a combined Tausworthe generator of period 2^223 after L'Ecuyer, "Tables of maximally equidistributed
//! combined LFSR generators" (table 3, first entry), with the seed procedure of LuaJIT, so that a seed gives the same
//! sequence.

use crate::value::Value;
use crate::vm::Vm;
use crate::vm::convert::floor;
use crate::vm::native::{Flow, NativeResult};

/// The generator's state.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Prng([u64; 4]);

/// One component: `(k, q, s)` of its recurrence.
const COMPONENTS: [(u32, u32, u32); 4] = [(63, 31, 18), (58, 19, 28), (55, 24, 7), (47, 21, 8)];

impl Prng {
    /// The state of a generator that nobody has seeded.
    pub const FIXED: Prng = Prng([
        0xA0D2_7757_0A34_5B8C,
        0x764A_296C_5D4A_A64F,
        0x5122_0704_070A_DEAA,
        0x2A27_17B5_A7B7_B927,
    ]);

    /// The next 64 bits.
    #[inline]
    pub fn next_bits(&mut self) -> u64 {
        let mut result = 0;
        for (z, (k, q, s)) in self.0.iter_mut().zip(COMPONENTS) {
            let kept = *z & (u64::MAX << (64 - k));
            *z = (((*z << q) ^ *z) >> (k - s)) ^ (kept << s);
            result ^= *z;
        }
        result
    }

    /// The next number, at least 0 and below 1.
    #[inline]
    pub fn next_unit(&mut self) -> f64 {
        f64::from_bits((self.next_bits() & ((1 << 52) - 1)) | 0x3FF0_0000_0000_0000) - 1.0
    }

    /// The state that `math.randomseed(seed)` sets.
    pub fn seeded(seed: f64) -> Prng {
        let mut d = seed;
        let mut words = [0; 4];
        for (word, (k, _, _)) in words.iter_mut().zip(COMPONENTS) {
            d = d * core::f64::consts::PI + core::f64::consts::E;
            *word = at_least(d.to_bits(), k);
        }
        let mut prng = Prng(words);
        for _ in 0..10 {
            prng.next_bits();
        }
        prng
    }

    /// A state from random bits.
    pub fn from_entropy(bits: [u64; 4]) -> Prng {
        let mut words = bits;
        for (word, (k, _, _)) in words.iter_mut().zip(COMPONENTS) {
            *word = at_least(*word, k);
        }
        let mut prng = Prng(words);
        prng.next_bits();
        prng
    }
}

/// The upper `k` bits of a component's state must not all be zero.
fn at_least(word: u64, k: u32) -> u64 {
    let least = 1 << (64 - k);
    if word < least { word + least } else { word }
}

/// `random()`, `random(last)`, `random(first, last)`
pub(super) fn random(vm: &mut Vm) -> NativeResult {
    let unit = vm.random.next_unit();
    let n = match vm.nargs() {
        0 => unit,
        1 => {
            let last = vm.check_number(0)?;
            floor(unit * last) + 1.0
        }
        _ => {
            let first = vm.check_number(0)?;
            let last = vm.check_number(1)?;
            floor(unit * (last - first + 1.0)) + first
        }
    };
    vm.ret(Value::number(n))
}

/// `randomseed(seed)`, or `randomseed()` for one that nobody knows.
pub(super) fn randomseed(vm: &mut Vm) -> NativeResult {
    vm.random = if vm.nargs() > 0 {
        Prng::seeded(vm.check_number(0)?)
    } else {
        let [a, b] = vm.host.entropy();
        let [c, d] = vm.host.entropy();
        Prng::from_entropy([a, b, c, d])
    };
    Ok(Flow::Return(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What LuaJIT gives for the same seeds.
    #[test]
    fn sequences_are_luajits() {
        let mut fixed = Prng::FIXED;
        assert_eq!(fixed.next_unit(), 0.794_206_292_431_241);
        assert_eq!(fixed.next_unit(), 0.698_852_465_637_164);
        assert_eq!(Prng::seeded(1.0).next_unit(), 0.3238105623786367);
        let mut seeded = Prng::seeded(-7.25);
        for _ in 0..5 {
            seeded.next_unit();
        }
        assert_eq!(seeded.next_unit(), 0.953_627_422_260_577_8);
    }
}
