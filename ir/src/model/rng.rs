//! A generator of random numbers with a seed (splitmix64), or out of a fuzzer's bytes.

use std::vec::Vec;

/// The generator.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
    /// Bytes to draw from first, last one first.
    bytes: Vec<u8>,
}

impl Rng {
    /// Equal seeds give equal numbers.
    pub fn new(seed: u64) -> Rng {
        Rng {
            state: seed,
            bytes: Vec::new(),
        }
    }
    /// Draws from bytes as long as there are some, so that a fuzzer can steer; small choices take one byte each.
    pub fn from_bytes(bytes: &[u8]) -> Rng {
        Rng {
            // What follows the bytes depends on all of them.
            state: bytes.iter().fold(bytes.len() as u64, |state, byte| {
                (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
            }),
            bytes: bytes.iter().rev().copied().collect(),
        }
    }
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        if !self.bytes.is_empty() {
            let mut bits = 0;
            for _ in 0..8 {
                bits = bits << 8 | u64::from(self.bytes.pop().unwrap_or(0));
            }
            return bits;
        }
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        if n <= 256
            && let Some(byte) = self.bytes.pop()
        {
            return byte as usize % n.max(1);
        }
        (self.bits() % n.max(1) as u64) as usize
    }
    /// True once in `n` times.
    pub fn chance(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    /// An element.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
    /// An integer near zero.
    pub fn small_int(&mut self) -> i32 {
        self.below(24) as i32 - 8
    }
    /// An integer, often one at which something happens.
    pub fn int(&mut self) -> i32 {
        match self.below(4) {
            0 => self.pick(&[
                0,
                1,
                -1,
                2,
                31,
                32,
                255,
                i32::MAX,
                i32::MIN,
                -2,
                8,
                0x4000_0000,
            ]),
            1 => self.bits() as i32,
            _ => self.small_int(),
        }
    }
    /// A double, often one at which something happens.
    pub fn number(&mut self) -> f64 {
        match self.below(4) {
            0 => self.pick(&[
                0.0,
                -0.0,
                1.0,
                -1.0,
                2.0,
                0.5,
                4.0,
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                2_147_483_648.0,
                -2_147_483_649.0,
                4_503_599_627_370_496.5,
                1e300,
                5e-324,
            ]),
            1 => f64::from_bits(self.bits()),
            2 => f64::from(self.small_int()) / 4.0,
            _ => f64::from(self.int()),
        }
    }
}
