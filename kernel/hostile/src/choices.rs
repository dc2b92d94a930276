//! Where choices come from: a seed, or the bytes of a fuzzer.

/// Choices.
pub struct Choices<'a> {
    state: u64,
    bytes: Option<&'a [u8]>,
}

/// Numbers at which things go wrong.
const INTERESTING: [u64; 22] = [
    0,
    1,
    2,
    7,
    8,
    16,
    255,
    256,
    4095,
    4096,
    65535,
    65536,
    1 << 20,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    1 << 32,
    1 << 53,
    0x7FFF_FFFF_F000,
    0xFFFF_8880_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF,
    u64::MAX,
];

impl<'a> Choices<'a> {
    /// By a seed.
    pub fn of_seed(seed: u64) -> Choices<'a> {
        Choices {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            bytes: None,
        }
    }
    /// By bytes, as long as there are any.
    pub fn of_bytes(bytes: &'a [u8]) -> Choices<'a> {
        Choices {
            state: 1,
            bytes: Some(bytes),
        }
    }
    /// Are there no bytes left?
    pub fn is_used_up(&self) -> bool {
        self.bytes.is_some_and(<[u8]>::is_empty)
    }
    fn next(&mut self) -> u64 {
        if let Some(bytes) = &mut self.bytes {
            let Some((&first, rest)) = bytes.split_first() else {
                return 0;
            };
            *bytes = rest;
            return first.into();
        }
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state >> 16
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let mut x = self.next();
        if n > 256 {
            x = x << 8 | self.next();
        }
        x as usize % n.max(1)
    }
    /// Is it the one in `n`?
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    /// One of several.
    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
    /// A number at which things go wrong, or near one.
    pub fn number(&mut self) -> u64 {
        let n = self.of(&INTERESTING);
        match self.below(4) {
            0 => n.wrapping_sub(self.below(9) as u64),
            1 => n.wrapping_add(self.below(9) as u64),
            2 => n,
            _ => self.below(512) as u64,
        }
    }
    /// A size that is mostly small.
    pub fn size(&mut self) -> usize {
        match self.below(8) {
            0 => self.number() as usize,
            1 => self.below(65536),
            _ => self.below(200),
        }
    }
}
